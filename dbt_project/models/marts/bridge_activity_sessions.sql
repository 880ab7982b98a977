with

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

activities as (
    select * from {{ ref("fct_activities") }}
),

named as (
    select
        activities.activity_key,
        sessions.session_key,
        false as is_by_group
    from sessions
    inner join activities on sessions.activity_key = activities.activity_key
),

-- The small form asks which group met, not about what: a meeting serves all that its group was then working on.
through_their_group as (
    select
        activities.activity_key,
        sessions.session_key,
        true as is_by_group
    from sessions
    inner join activities
        on
            sessions.group_key = activities.group_key
            and sessions.held_on >= coalesce(activities.started_on, sessions.held_on)
            and sessions.held_on <= coalesce(activities.closed_on, sessions.held_on)
    where sessions.activity_key is null
),

links as (
    select * from named
    union all
    select * from through_their_group
),

described as (
    select
        links.activity_key,
        links.session_key,
        sessions.organisation_code,
        sessions.icb_code,
        sessions.held_on,
        sessions.quarter_id,
        {{ said_code("sessions.stage") }} as stage,
        sessions.lived_experience_count,
        sessions.duration_minutes,
        links.is_by_group,
        count(*) over (partition by links.session_key) as activity_count
    from links
    inner join sessions on links.session_key = sessions.session_key
)

select * from described
