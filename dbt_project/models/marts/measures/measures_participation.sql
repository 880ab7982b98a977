{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether people could take part: sessions held, minuted and accessible, needs met, new voices, a route to decisions.
with

sessions as (
    select * from {{ ref("fct_sessions") }}
),

activities as (
    select * from {{ ref("fct_activities") }}
),

involvement_groups as (
    select * from {{ ref("dim_group") }}
    where is_known
),

days as (
    select * from {{ ref("dim_date") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

newest_quarter as (
    select
        quarter_id,
        period_end_on
    from {{ ref("measured_quarters") }}
    order by period_end_on desc
    limit 1
),

planned as (
    select
        'sessions_held' as measure_code,
        sessions.organisation_code,
        days.quarter_id,
        sessions.is_held::integer as numerator,
        1 as denominator
    from sessions
    inner join days on sessions.planned_on = days.date_on
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

minuted as (
    select
        'sessions_minuted' as measure_code,
        held.organisation_code,
        held.held_quarter_id as quarter_id,
        coalesce(held.working_days_to_minutes <= thresholds.value, false)::integer as numerator,
        1 as denominator
    from held
    inner join thresholds on thresholds.threshold_id = 'minutes_issued_within'
    inner join days on days.date_on = {{ as_of_on() }}
    where
        held.working_days_to_minutes is not null
        or held.held_working_day_number + thresholds.value < days.working_day_number
),

accessible as (
    select
        'accessible_sessions' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        (is_venue_accessible = 'yes')::integer as numerator,
        1 as denominator
    from held
    where mode in ('in_person', 'hybrid') and is_venue_accessible in ('yes', 'no')
),

needs as (
    select
        'needs_met' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        need_met_count as numerator,
        need_stated_count as denominator
    from held
    where need_stated_count is not null and need_met_count is not null
),

voices as (
    select
        'new_voices' as measure_code,
        organisation_code,
        held_quarter_id as quarter_id,
        first_time_count as numerator,
        lived_experience_count as denominator
    from held
    where first_time_count is not null and lived_experience_count is not null
),

routes as (
    select
        'decision_routes' as measure_code,
        organisation_code,
        quarter_id,
        (
            scope_recorded_on is not null
            and decision_group_key is not null
            and scope_recorded_on <= coalesce(first_session_on, scope_recorded_on)
        )::integer as numerator,
        1 as denominator
    from activities
    where started_on <= {{ as_of_on() }}
),

-- A register holds the last review only, so what was in date in an older quarter cannot be known from it.
in_date as (
    select
        'tor_in_date' as measure_code,
        involvement_groups.organisation_code,
        newest_quarter.quarter_id,
        coalesce(
            involvement_groups.tor_reviewed_on
            >= newest_quarter.period_end_on - make_interval(months => thresholds.value::integer),
            false
        )::integer as numerator,
        1 as denominator
    from involvement_groups
    cross join newest_quarter
    inner join thresholds on thresholds.threshold_id = 'tor_reviewed_within'
    where
        coalesce(involvement_groups.started_on, newest_quarter.period_end_on) <= newest_quarter.period_end_on
        and coalesce(involvement_groups.ended_on, 'infinity') > newest_quarter.period_end_on
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
    union all
    select * from in_date
),

counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
