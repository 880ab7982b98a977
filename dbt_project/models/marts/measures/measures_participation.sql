{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether people could take part: sessions held, minuted and accessible, needs met, new voices, a route to decisions.
with

sessions as (
    select * from {{ ref("fct_sessions") }}
),

activities as (
    select * from {{ ref("fct_activities") }}
),

days as (
    select * from {{ ref("dim_date") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'session'
),

-- Where a sender does not say what was planned, it is not known how much of it was held.
planned as (
    select
        'sessions_held' as measure_code,
        sessions.organisation_code,
        days.quarter_id,
        true as is_told,
        case when sessions.planned_on is not null then sessions.is_held::integer end as numerator,
        1 as denominator
    from sessions
    inner join days on coalesce(sessions.planned_on, sessions.held_on) = days.date_on
    where sessions.is_held or sessions.is_missed
),

held as (
    select
        sessions.*,
        days.quarter_id as held_quarter_id,
        days.working_day_number as held_working_day_number
    from sessions
    inner join days on sessions.held_on = days.date_on
    where sessions.is_held
),

-- Those too new to be late are left out, minuted or not: the minuted would flatter.
minuted as (
    select
        'sessions_minuted' as measure_code,
        held.organisation_code,
        held.held_quarter_id as quarter_id,
        held.minutes_issued_on is not null as is_told,
        coalesce(held.working_days_to_minutes <= thresholds.value, false)::integer as numerator,
        1 as denominator
    from held
    inner join thresholds on thresholds.threshold_id = 'minutes_issued_within'
    inner join last_known on held.organisation_code = last_known.organisation_code
    inner join days as last_day on last_known.last_known_on = last_day.date_on
    where held.held_working_day_number + thresholds.value <= last_day.working_day_number
),

accessible as (
    select
        'accessible_sessions' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        true as is_told,
        {{ yes_or_no("is_venue_accessible") }} as numerator,
        1 as denominator
    from held
    where mode in ('in_person', 'hybrid')
),

needs as (
    select
        'needs_met' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        true as is_told,
        case when need_stated_count is not null then need_met_count end as numerator,
        need_stated_count as denominator
    from held
),

voices as (
    select
        'new_voices' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        true as is_told,
        case when lived_experience_count is not null then first_time_count end as numerator,
        lived_experience_count as denominator
    from held
),

routes as (
    select
        'decision_routes' as measure_code,
        organisation_code,
        quarter_id,
        scope_recorded_on is not null or decision_group_key is not null as is_told,
        (
            scope_recorded_on is not null
            and decision_group_key is not null
            and scope_recorded_on <= coalesce(first_session_on, scope_recorded_on)
        )::integer as numerator,
        1 as denominator
    from activities
    where started_on <= {{ as_of_on() }}
),

every_row as (
    select * from planned
    union all
    select * from minuted
    union all
    select * from accessible
    union all
    select * from needs
    union all
    select * from voices
    union all
    select * from routes
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
