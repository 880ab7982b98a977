with

days as (
    select * from {{ ref("dim_date") }}
),

quarters as (
    select
        quarter_id,
        to_char(quarter_start_on, 'FMMonth') || ' to ' || to_char(quarter_end_on, 'FMMonth YYYY') as quarter_label,
        financial_year_id,
        financial_quarter_number,
        quarter_start_on,
        quarter_end_on,
        quarters_ago,
        count(*) as day_count,
        count(*) filter (where is_working_day) as working_day_count,
        quarter_end_on < {{ as_of_on() }} as is_ended,
        quarter_id = '{{ var("report_quarter") }}' as is_report_quarter
    from days
    group by
        quarter_id,
        financial_year_id,
        financial_quarter_number,
        quarter_start_on,
        quarter_end_on,
        quarters_ago
)

select * from quarters
