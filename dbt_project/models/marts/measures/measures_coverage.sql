{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How much of what was due came: every share in the report rests on this one.
with

coverage as (
    select * from {{ ref("mart_coverage") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

due as (
    select
        'data_coverage' as measure_code,
        coverage.organisation_code,
        quarters.quarter_id,
        count(*) filter (where coverage.state in ('received', 'late', 'restated', 'nil')) as numerator,
        count(*) as denominator
    from coverage
    inner join quarters
        on coverage.period_end_on between quarters.period_start_on and quarters.period_end_on
    where coverage.state not in ('not_due', 'no_agreement')
    group by coverage.organisation_code, quarters.quarter_id
)

select * from due
