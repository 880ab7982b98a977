{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The target that a chart shows: what judges the measure in the newest quarter, where somebody owns it. A suggestion is
-- no target.
with

judging as (
    select * from {{ ref("judging_thresholds") }}
    where expectation_id is null and is_owned
),

newest as (
    select max(period_end_on) as period_end_on
    from {{ ref("int_quarters__measured") }}
),

targets as (
    select
        judging.measure_code,
        judging.value
    from judging
    inner join newest on judging.period_end_on = newest.period_end_on
)

select * from targets
