{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Which quarter the report prints of each measure: its own, or the latest of which everything decided was followed.
with

measures as (
    select * from {{ ref("measures") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

follow_ups as (
    select
        measure_code,
        value::integer as days
    from {{ ref("thresholds") }}
    where threshold_id = 'influence_followed_for'
),

printed as (
    select distinct on (measures.measure_code)
        measures.measure_code,
        follow_ups.days is not null as is_followed,
        quarters.period_start_on,
        quarters.period_end_on,
        quarters.quarter_id
    from measures
    inner join quarters on quarters.quarter_id <= '{{ var("report_quarter") }}'
    left join follow_ups on measures.measure_code = follow_ups.measure_code
    where
        case
            when follow_ups.days is null then quarters.quarter_id = '{{ var("report_quarter") }}'
            else quarters.period_end_on + follow_ups.days <= {{ as_of_on() }}
        end
    order by
        measures.measure_code asc,
        quarters.period_end_on desc
)

select * from printed
