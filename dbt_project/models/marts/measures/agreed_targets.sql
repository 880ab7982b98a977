{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The newest threshold that somebody owns and agreed, in the unit of the measure. A suggestion is no target.
with

thresholds as (
    select * from {{ ref("thresholds") }}
    where owner is not null and agreed_on <= {{ as_of_on() }}
),

measures as (
    select * from {{ ref("measures") }}
),

targets as (
    select distinct on (thresholds.measure_code)
        thresholds.measure_code,
        thresholds.value
    from thresholds
    inner join measures on thresholds.measure_code = measures.measure_code and thresholds.unit = measures.unit
    order by
        thresholds.measure_code asc,
        thresholds.agreed_on desc
)

select * from targets
