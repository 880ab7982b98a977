-- Known days: quarters begin in April, one-off bank holidays are no working days, Easter takes two.
with

known as (
    select *
    from (
        values
        (date '2026-03-31', '2025-26-Q4', true),
        (date '2026-04-01', '2026-27-Q1', true),
        (date '2026-04-03', '2026-27-Q1', false),
        (date '2026-04-06', '2026-27-Q1', false),
        (date '2027-01-01', '2026-27-Q4', false),
        (date '2026-12-31', '2026-27-Q3', true),
        (date '2024-02-29', '2023-24-Q4', true),
        (date '2022-06-03', '2022-23-Q1', false),
        (date '2022-09-19', '2022-23-Q2', false),
        (date '2023-05-08', '2023-24-Q1', false),
        (date '2026-07-25', '2026-27-Q2', false),
        (date '2021-12-28', '2021-22-Q3', false)
    ) as fact (date_on, quarter_id, is_working_day)
),

contradicted as (
    select
        known.date_on,
        dim_date.quarter_id,
        dim_date.is_working_day
    from known
    left join {{ ref("dim_date") }} as dim_date on known.date_on = dim_date.date_on
    where
        dim_date.quarter_id is distinct from known.quarter_id
        or dim_date.is_working_day is distinct from known.is_working_day
)

select * from contradicted
