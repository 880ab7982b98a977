with

steps as (
    select
        code as step_code,
        position as step_position,
        group_code as way
    from {{ ref("dim_code") }}
    where list_name = 'tlap_ladder_7'
    union all
    select
        'not_stated' as step_code,
        null as step_position,
        null as way
),

activity_steps as (
    select * from {{ ref("fct_activity_steps") }}
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- A meeting about several pieces of work at once stands on no one step, and nor does one about none.
given_time as (
    select
        sessions.organisation_code,
        sessions.icb_code,
        sessions.quarter_id,
        coalesce(activity_steps.step_claimed, 'not_stated') as step_code,
        sum(sessions.duration_minutes * sessions.lived_experience_count)::bigint as participation_minutes
    from {{ ref("fct_sessions") }} as sessions
    inner join quarters on sessions.quarter_id = quarters.quarter_id
    left join activity_sessions
        on sessions.session_key = activity_sessions.session_key and activity_sessions.activity_count = 1
    left join activity_steps
        on
            activity_sessions.activity_key = activity_steps.activity_key
            and sessions.quarter_id = activity_steps.quarter_id
    where
        sessions.is_held
        and sessions.duration_minutes is not null
        and sessions.lived_experience_count is not null
    group by sessions.organisation_code, sessions.icb_code, sessions.quarter_id, activity_steps.step_claimed
),

wholes as (
    select
        organisation_code,
        icb_code,
        quarter_id,
        count(*) as activity_count
    from activity_steps
    group by organisation_code, icb_code, quarter_id
),

reported as (
    select
        organisation_code,
        icb_code,
        quarter_id
    from wholes
    union
    select
        organisation_code,
        icb_code,
        quarter_id
    from given_time
),

claimed as (
    select
        organisation_code,
        quarter_id,
        coalesce(step_claimed, 'not_stated') as step_code,
        count(*) as claimed_count,
        count(*) filter (where is_judged) as judged_count,
        count(*) filter (where is_judged and is_claimed_above_shown) as claimed_above_shown_count,
        count(*) filter (where is_claimed_above_members) as claimed_above_members_count
    from activity_steps
    group by organisation_code, quarter_id, step_claimed
),

shown as (
    select
        organisation_code,
        quarter_id,
        step_shown as step_code,
        count(*) as shown_count
    from activity_steps
    group by organisation_code, quarter_id, step_shown
),

told_by_members as (
    select
        organisation_code,
        quarter_id,
        coalesce(step_members_say, 'not_stated') as step_code,
        count(*) as members_say_count
    from activity_steps
    group by organisation_code, quarter_id, step_members_say
),

counted as (
    select
        reported.organisation_code,
        reported.icb_code,
        reported.quarter_id,
        steps.step_code,
        steps.step_position,
        steps.way,
        coalesce(claimed.claimed_count, 0) as claimed_count,
        coalesce(shown.shown_count, 0) as shown_count,
        coalesce(told_by_members.members_say_count, 0) as members_say_count,
        coalesce(claimed.judged_count, 0) as judged_count,
        coalesce(claimed.claimed_above_shown_count, 0) as claimed_above_shown_count,
        coalesce(claimed.claimed_above_members_count, 0) as claimed_above_members_count,
        coalesce(wholes.activity_count, 0) as activity_count,
        coalesce(given_time.participation_minutes, 0) as participation_minutes
    from reported
    cross join steps
    left join wholes
        on reported.organisation_code = wholes.organisation_code and reported.quarter_id = wholes.quarter_id
    left join claimed
        on
            reported.organisation_code = claimed.organisation_code
            and reported.quarter_id = claimed.quarter_id
            and steps.step_code = claimed.step_code
    left join shown
        on
            reported.organisation_code = shown.organisation_code
            and reported.quarter_id = shown.quarter_id
            and steps.step_code = shown.step_code
    left join told_by_members
        on
            reported.organisation_code = told_by_members.organisation_code
            and reported.quarter_id = told_by_members.quarter_id
            and steps.step_code = told_by_members.step_code
    left join given_time
        on
            reported.organisation_code = given_time.organisation_code
            and reported.quarter_id = given_time.quarter_id
            and steps.step_code = given_time.step_code
),

described as (
    select
        *,
        claimed_count / nullif(activity_count, 0)::double precision as claimed_share,
        {{ share_limit("claimed_count", "activity_count", "lower") }} as claimed_share_lower,
        {{ share_limit("claimed_count", "activity_count", "upper") }} as claimed_share_upper,
        sum(claimed_count) over four_before
        / nullif(sum(activity_count) over four_before, 0)::double precision as claimed_share_four_before
    from counted
    -- Written year first, the names of quarters sort as the quarters do.
    window four_before as (
        partition by organisation_code, step_code order by quarter_id rows between 4 preceding and 1 preceding
    )
)

select * from described
