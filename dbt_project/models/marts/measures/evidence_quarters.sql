{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Which quarter the report tells each expectation of: one for everybody asked, so that they compare. It is the report's
-- own, or, where a measure that decides it takes a year to follow, the latest quarter that was followed.
with

answers as (
    select * from {{ ref("expectation_answers") }}
),

printed_quarters as (
    select * from {{ ref("printed_quarters") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

deciding as (
    select distinct expectation_id
    from answers
    where judges
),

followed as (
    select
        answers.expectation_id,
        min(printed_quarters.quarter_id) as quarter_id
    from answers
    inner join printed_quarters on answers.measure_code = printed_quarters.measure_code and printed_quarters.is_followed
    left join deciding on answers.expectation_id = deciding.expectation_id
    where answers.judges or deciding.expectation_id is null
    group by answers.expectation_id
),

told as (
    select
        expectations.expectation_id,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on
    from {{ ref("expectations") }} as expectations
    left join followed on expectations.expectation_id = followed.expectation_id
    inner join quarters on coalesce(followed.quarter_id, '{{ var("report_quarter") }}') = quarters.quarter_id
)

select * from told
