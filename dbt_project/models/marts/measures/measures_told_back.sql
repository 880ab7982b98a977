{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How many of those who are owed an answer had one within 30, 90 and 180 days, read off the told-back curve.
with

curve as (
    select * from {{ ref("mart_told_back_curve") }}
),

horizons as (
    select
        measure_code,
        substring(measure_code from '[0-9]+')::integer as days
    from {{ ref("measures") }}
    where family = 'told_back'
),

-- The last step up to the horizon. Where nobody has been watched that long the curve does not say.
read_off as (
    select distinct on (horizons.measure_code, curve.icb_code, curve.organisation_code, curve.quarter_id)
        horizons.measure_code,
        curve.icb_code,
        curve.organisation_code,
        curve.quarter_id,
        curve.told_so_far_count as numerator,
        curve.cohort_count as denominator,
        case when curve.longest_observed_days >= horizons.days or curve.told_share = 1 then curve.told_share end
            as given_value,
        case when curve.longest_observed_days >= horizons.days then curve.told_share_lower end as given_lower,
        case when curve.longest_observed_days >= horizons.days then curve.told_share_upper end as given_upper
    from curve
    inner join horizons on curve.day <= horizons.days
    order by
        horizons.measure_code asc,
        curve.icb_code asc,
        curve.organisation_code asc,
        curve.quarter_id asc,
        curve.day desc
)

select * from read_off
