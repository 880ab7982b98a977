{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How many of those who are owed an answer had one within 30, 90 and 180 days.
with

times as (
    select * from {{ ref("mart_chain_times") }}
    -- Where nobody's wait was watched nothing is known, though some are owed an answer.
    where link = 'input_to_told' and (at_risk_count > 0 or not_watched_count = 0)
),

horizons as (
    select
        measure_code,
        substring(measure_code from '[0-9]+')::integer as days
    from {{ ref("measures") }}
    where family = 'told_back'
),

shares as (
    select
        horizons.measure_code,
        times.icb_code,
        times.organisation_code,
        times.quarter_id,
        within.ended_count as numerator,
        times.at_risk_count as denominator,
        within.share as given_value,
        within.share_lower as given_lower,
        within.share_upper as given_upper
    from times
    cross join
        lateral (
            values
            {%- for days in chain_horizons() %}
            (
                {{ days }}, times.ended_in_{{ days }}_days_count, times.share_in_{{ days }}_days,
                times.share_in_{{ days }}_days_lower, times.share_in_{{ days }}_days_upper
            ){{ "," if not loop.last }}
            {%- endfor %}
        ) as within (days, ended_count, share, share_lower, share_upper)
    inner join horizons on within.days = horizons.days
)

select * from shares
