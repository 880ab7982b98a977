-- How many months of a quarter are known for each record of an organisation: a feed that comes by the month may have
-- sent the last of them and not the first.
with

received as (
    select * from {{ ref("int_records__known") }}
),

months as (
    select
        quarters.quarter_id,
        (starts.start_on + interval '1 month - 1 day')::date as month_end_on
    from {{ ref("int_quarters__measured") }} as quarters
    cross join
        lateral generate_series(
            quarters.period_start_on, quarters.period_end_on, interval '1 month'
        ) as starts (start_on)
),

known as (
    select
        received.organisation_code,
        received.record,
        months.quarter_id,
        count(distinct months.month_end_on) as months_known
    from received
    inner join months on months.month_end_on between received.known_from_on and received.known_to_on
    group by received.organisation_code, received.record, months.quarter_id
)

select * from known
