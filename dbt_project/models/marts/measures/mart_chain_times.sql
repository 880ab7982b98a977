-- How long each link of the chain takes, for those who still wait as for those who do not.
{%- set keys = ["link", "quarter_id", "icb_code", "organisation_code"] %}
with

cohorts as (
    select * from {{ ref("chain_cohorts") }}
),

sizes as (
    select
        link,
        quarter_id,
        icb_code,
        organisation_code,
        count(*) as started_count,
        count(*) filter (where left_out_as is null and is_otherwise_ended) as otherwise_ended_count,
        count(*) filter (where left_out_as = 'no_reply_wanted') as no_reply_wanted_count,
        count(*) filter (where left_out_as = 'cannot_be_reached') as cannot_be_reached_count,
        count(*) filter (where left_out_as = 'told') as told_unasked_count,
        count(*) filter (where left_out_as = 'not_watched') as not_watched_count
    from cohorts
    group by link, quarter_id, icb_code, organisation_code
),

at_risk as (
    select * from cohorts
    where left_out_as is null
),

curve as (
    {{ kaplan_meier("at_risk", keys) }}
),

summary as (
    {{ kaplan_meier_summary("curve", keys, chain_horizons()) }}
),

times as (
    select
        sizes.link,
        sizes.icb_code,
        sizes.organisation_code,
        sizes.quarter_id,
        sizes.started_count,
        coalesce(summary.cohort_count, 0) as at_risk_count,
        coalesce(summary.ended_count, 0) as ended_count,
        coalesce(summary.cohort_count - summary.ended_count, 0) as waiting_count,
        sizes.otherwise_ended_count,
        sizes.no_reply_wanted_count,
        sizes.cannot_be_reached_count,
        sizes.told_unasked_count,
        sizes.not_watched_count,
        {%- for days in chain_horizons() %}
        coalesce(summary.ended_in_{{ days }}_days_count, 0) as ended_in_{{ days }}_days_count,
        summary.share_in_{{ days }}_days,
        summary.share_in_{{ days }}_days_lower,
        summary.share_in_{{ days }}_days_upper,
        {%- endfor %}
        summary.longest_observed_days,
        summary.median_days,
        summary.median_days_lower,
        summary.median_days_upper
    from sizes
    left join summary
        on
            sizes.link = summary.link
            and sizes.quarter_id = summary.quarter_id
            and sizes.icb_code = summary.icb_code
            and sizes.organisation_code = summary.organisation_code
)

select * from times
