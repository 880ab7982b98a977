-- Kaplan-Meier with Greenwood's variance on the log-minus-log scale, so that bounds stay between 0 and 1.
-- Source: Kaplan and Meier 1958; Greenwood 1926; Kalbfleisch and Prentice, Analysis of Failure Time Data.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

quarters as (
    select * from {{ ref("measured_quarters") }}
),

-- Four quarters make a cohort: one quarter of a small charity is a handful of people.
cohorts as (
    select
        quarters.quarter_id,
        inputs.icb_code,
        inputs.organisation_code,
        inputs.ended_by,
        inputs.days_observed,
        inputs.is_reply_owed
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
        is_reply_owed
    from cohorts
),

-- Those who wanted no reply or cannot be reached never enter the risk set; they are counted beside it.
cohort_sizes as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        count(*) filter (where is_reply_owed) as cohort_count,
        count(*) filter (where is_reply_owed and ended_by = 'waiting') as waiting_count,
        count(*) filter (where not is_reply_owed and ended_by = 'no_reply_wanted') as no_reply_wanted_count,
        count(*) filter (where not is_reply_owed and ended_by = 'cannot_be_reached') as cannot_be_reached_count,
        count(*) filter (where not is_reply_owed and ended_by = 'told') as told_unasked_count,
        max(days_observed) filter (where is_reply_owed) as longest_observed_days
    from levelled
    group by quarter_id, icb_code, organisation_code
),

leaving as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        days_observed as day,
        count(*) filter (where ended_by = 'told') as told_count,
        count(*) as leaving_count
    from levelled
    where is_reply_owed
    group by quarter_id, icb_code, organisation_code, days_observed
),

-- Told and censored on the same day: the told come first, so the censored are still at risk.
at_risk as (
    select
        *,
        sum(leaving_count) over (
            partition by quarter_id, icb_code, organisation_code
            order by day desc
        ) as at_risk_count
    from leaving
),

stepped as (
    select
        *,
        case
            when at_risk_count = told_count then 0
            else exp(
                sum(ln(1 - told_count / at_risk_count::double precision)) filter (where told_count < at_risk_count)
                    over so_far
            )
        end as waiting_share,
        sum(told_count / (at_risk_count::double precision * nullif(at_risk_count - told_count, 0))) over so_far
            as greenwood_sum,
        sum(told_count) over so_far as told_so_far_count
    from at_risk
    window so_far as (partition by quarter_id, icb_code, organisation_code order by day)
),

every_day_that_counts as (
    select
        quarter_id,
        icb_code,
        organisation_code,
        day,
        at_risk_count,
        told_count,
        told_so_far_count,
        waiting_share,
        greenwood_sum
    from stepped
    where told_count > 0
    union all
    -- Every curve begins with nobody told; where somebody was told on the day itself, that step is day 0.
    select
        sizes.quarter_id,
        sizes.icb_code,
        sizes.organisation_code,
        0 as day,
        sizes.cohort_count as at_risk_count,
        0 as told_count,
        0 as told_so_far_count,
        1 as waiting_share,
        0 as greenwood_sum
    from cohort_sizes as sizes
    where not exists (
        select 1
        from stepped
        where
            stepped.quarter_id = sizes.quarter_id
            and stepped.icb_code = sizes.icb_code
            and stepped.organisation_code = sizes.organisation_code
            and stepped.day = 0
            and stepped.told_count > 0
    )
),

-- No interval while nobody, or once everybody, has been told: Greenwood's variance says nothing there.
bounded as (
    select
        *,
        case
            when waiting_share > 0 and waiting_share < 1
                then 1.959964 * sqrt(greenwood_sum) / abs(ln(waiting_share))
        end as spread
    from every_day_that_counts
),

curve as (
    select
        bounded.icb_code,
        bounded.organisation_code,
        bounded.quarter_id,
        bounded.day::integer as day,
        bounded.at_risk_count::bigint as at_risk_count,
        bounded.told_count::bigint as told_count,
        bounded.told_so_far_count::bigint as told_so_far_count,
        -- Nine decimals: products of logarithms end in dust that no two machines need agree on.
        round((1 - bounded.waiting_share)::numeric, 9)::double precision as told_share,
        round((1 - power(bounded.waiting_share, exp(-bounded.spread)))::numeric, 9)::double precision
            as told_share_lower,
        round((1 - power(bounded.waiting_share, exp(bounded.spread)))::numeric, 9)::double precision
            as told_share_upper,
        sizes.cohort_count,
        sizes.waiting_count,
        sizes.no_reply_wanted_count,
        sizes.cannot_be_reached_count,
        sizes.told_unasked_count,
        sizes.longest_observed_days::bigint as longest_observed_days
    from bounded
    inner join cohort_sizes as sizes
        on
            bounded.quarter_id = sizes.quarter_id
            and bounded.icb_code = sizes.icb_code
            and bounded.organisation_code = sizes.organisation_code
)

select * from curve
