-- How soon people were told what happened, as a curve over the days since they said it.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- Whom a telling back is asked of; what is said to a commissioner is in the region's curve and not in theirs.
providers as (
    select
        icb_code,
        organisation_code
    from {{ ref("dim_organisation") }}
    where is_asked and organisation_kind <> 'icb'
),

-- Four quarters make a cohort: one quarter of a small charity is a handful of people.
cohorts as (
    select
        quarters.quarter_id,
        inputs.icb_code,
        inputs.organisation_code,
        inputs.ended_by,
        inputs.days_observed,
        inputs.is_reply_owed,
        inputs.is_reply_owed and inputs.days_observed is not null as is_watched
    from inputs
    inner join quarters
        on
            inputs.received_on > quarters.period_end_on - interval '1 year'
            and inputs.received_on <= quarters.period_end_on
),

levelled as (
    select * from cohorts
    union all
    select
        quarter_id,
        icb_code,
        'ALL' as organisation_code,
        ended_by,
        days_observed,
        is_reply_owed,
        is_watched
    from cohorts
    union all
    select
        cohorts.quarter_id,
        cohorts.icb_code,
        'PROVIDERS' as organisation_code,
        cohorts.ended_by,
        cohorts.days_observed,
        cohorts.is_reply_owed,
        cohorts.is_watched
    from cohorts
    inner join providers
        on cohorts.icb_code = providers.icb_code and cohorts.organisation_code = providers.organisation_code
),

-- Those who wanted no reply or cannot be reached never enter the risk set, nor do those who spoke after the last day
-- that is known; they are counted beside it.
cohort_sizes as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        count(*) filter (where is_watched and ended_by = 'waiting') as waiting_count,
        count(*) filter (where is_reply_owed and not is_watched) as not_watched_count,
        count(*) filter (where not is_reply_owed and ended_by = 'no_reply_wanted') as no_reply_wanted_count,
        count(*) filter (where not is_reply_owed and ended_by = 'cannot_be_reached') as cannot_be_reached_count,
        count(*) filter (where not is_reply_owed and ended_by = 'told') as told_unasked_count,
        bool_or(is_watched) as is_any_watched
    from levelled
    group by quarter_id, icb_code, organisation_code
),

waits as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        days_observed as days,
        ended_by = 'told' as is_ended
    from levelled
    where is_watched
),

told as (
    {{ kaplan_meier("waits", ["quarter_id", "icb_code", "organisation_code"]) }}
),

-- Where nobody who is owed an answer was watched there is still a row, of nobody, so that what stands beside the curve
-- is seen.
nobody as (
    select
        quarter_id,
        icb_code,
        organisation_code
    from cohort_sizes
    where not is_any_watched
),

days as (
    select * from told
    union all
    select
        quarter_id,
        icb_code,
        organisation_code,
        0 as day,
        0 as at_risk_count,
        0 as ended_count,
        0 as ended_so_far_count,
        0 as ended_share,
        null as ended_share_lower,
        null as ended_share_upper,
        0 as cohort_count,
        null as longest_observed_days
    from nobody
),

curve as (
    select
        days.icb_code,
        days.organisation_code,
        days.quarter_id,
        days.day,
        days.at_risk_count,
        days.ended_count as told_count,
        days.ended_so_far_count as told_so_far_count,
        days.ended_share as told_share,
        days.ended_share_lower as told_share_lower,
        days.ended_share_upper as told_share_upper,
        days.cohort_count,
        sizes.waiting_count,
        sizes.no_reply_wanted_count,
        sizes.cannot_be_reached_count,
        sizes.told_unasked_count,
        sizes.not_watched_count,
        days.longest_observed_days
    from days
    inner join cohort_sizes as sizes
        on
            days.quarter_id = sizes.quarter_id
            and days.icb_code = sizes.icb_code
            and days.organisation_code = sizes.organisation_code
)

select * from curve
