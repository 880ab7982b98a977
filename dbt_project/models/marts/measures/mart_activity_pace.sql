with

activities as (
    select
        *,
        coalesce(options_appraisal_on, procurement_notice_on) as closing_in_on
    from {{ ref("fct_activities") }}
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
),

-- Two meetings on one day are no gap.
days_met as (
    select
        activity_key,
        held_on,
        held_on - lag(held_on) over (partition by activity_key order by held_on) as days_since
    from activity_sessions
    group by activity_key, held_on
),

gaps as (
    select
        activity_key,
        count(*) as days_met_count,
        percentile_cont(0.5) within group (order by days_since) as median_days_between,
        max(days_since)::bigint as longest_days_between,
        max(held_on) as last_session_on
    from days_met
    group by activity_key
),

with_people as (
    select
        activity_key,
        min(held_on) as first_lived_session_on
    from activity_sessions
    where lived_experience_count > 0
    group by activity_key
),

described as (
    select
        activities.activity_key,
        activities.organisation_code,
        activities.icb_code,
        activities.activity_kind,
        activities.tier,
        with_people.first_lived_session_on,
        activities.closing_in_on,
        (activities.closing_in_on - with_people.first_lived_session_on)::bigint as days_ahead,
        coalesce(gaps.days_met_count, 0) as days_met_count,
        gaps.median_days_between,
        gaps.longest_days_between,
        gaps.last_session_on
    from activities
    left join gaps on activities.activity_key = gaps.activity_key
    left join with_people on activities.activity_key = with_people.activity_key
)

select * from described
