-- The edition that readers hold in their hands: the newest of the report's quarter that was published; where none was
-- yet, the newest draft; where there is none, the newest published of an earlier quarter. What was withdrawn is
-- nobody's to rely on.
with

editions as (
    select
        *,
        quarter_id = '{{ var("report_quarter") }}' as is_of_the_quarter
    from {{ ref("pub_editions") }}
    where
        edition_id <> 'working'
        and state <> 'withdrawn'
        and (
            quarter_id = '{{ var("report_quarter") }}'
            or (quarter_id < '{{ var("report_quarter") }}' and state in ('published', 'corrected'))
        )
),

newest as (
    select distinct on (icb_code)
        icb_code,
        edition_id,
        state,
        is_of_the_quarter,
        data_cut_at,
        accepted_through,
        code_version
    from editions
    order by
        icb_code asc,
        quarter_id desc,
        (state in ('published', 'corrected')) desc,
        edition_number desc
)

select * from newest
