-- How soon people were told what happened, as a curve over the days since they said it.
with

cohorts as (
    select * from {{ ref("chain_cohorts") }}
    where link = 'input_to_told'
),

-- Those who wanted no reply or cannot be reached never enter the risk set, nor do those who spoke after the last day
-- that is known; they are counted beside it.
cohort_sizes as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        count(*) filter (where left_out_as is null and not is_ended) as waiting_count,
        count(*) filter (where left_out_as = 'not_watched') as not_watched_count,
        count(*) filter (where left_out_as = 'no_reply_wanted') as no_reply_wanted_count,
        count(*) filter (where left_out_as = 'cannot_be_reached') as cannot_be_reached_count,
        count(*) filter (where left_out_as = 'told') as told_unasked_count,
        bool_or(left_out_as is null) as is_any_watched
    from cohorts
    group by quarter_id, icb_code, organisation_code
),

waits as (
    select * from cohorts
    where left_out_as is null
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
