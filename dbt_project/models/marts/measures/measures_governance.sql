{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether what was done can be followed and was done safely: changes logged and reviewed, leave to use real material,
-- concerns seen to, risks planned for, and the minutes of the key boards shared.
with

changes as (
    select * from {{ ref("fct_changes") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

materials as (
    select * from {{ ref("fct_materials") }}
    where needs_permission and shared_on is not null
),

concerns as (
    select * from {{ ref("fct_concerns") }}
    where is_counted
),

activities as (
    select * from {{ ref("fct_activities") }}
),

involvement_groups as (
    select * from {{ ref("dim_group") }}
    where is_known
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_activity' and is_newest
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
),

days as (
    select * from {{ ref("dim_date") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

logged as (
    select
        'changes_logged_and_reviewed' as measure_code,
        changes.organisation_code,
        changes.implemented_quarter_id as quarter_id,
        changes.qi_register_ref is not null or changes.reviewed_session_key is not null as is_told,
        coalesce(btrim(changes.qi_register_ref) <> '' and sessions.session_key is not null, false) as is_so
    from changes
    left join sessions on changes.reviewed_session_key = sessions.session_key
    where changes.implemented_on is not null
),

permitted as (
    select
        'materials_permitted' as measure_code,
        organisation_code,
        quarter_id,
        permission_on is not null or anonymised_on is not null as is_told,
        is_permitted_before_shared and is_anonymised_before_shared as is_so
    from materials
),

-- Settled where it was raised, a concern need go no further.
acted_on as (
    select
        'concerns_acted_on' as measure_code,
        concerns.organisation_code,
        concerns.quarter_id,
        true as is_told,
        coalesce(
            least(concerns.escalated_on, concerns.closed_on) <= concerns.raised_on + thresholds.value::integer, false
        ) as is_so
    from concerns
    inner join thresholds on thresholds.threshold_id = 'concern_acted_on_within'
    inner join last_known
        on concerns.organisation_code = last_known.organisation_code and last_known.record = 'concern'
    where concerns.raised_on + thresholds.value::integer <= last_known.last_known_on
),

closed as (
    select
        'concerns_closed' as measure_code,
        concerns.organisation_code,
        concerns.quarter_id,
        true as is_told,
        coalesce(concerns.closed_on <= concerns.raised_on + thresholds.value::integer, false) as is_so
    from concerns
    inner join thresholds on thresholds.threshold_id = 'concern_closed_within'
    inner join last_known
        on concerns.organisation_code = last_known.organisation_code and last_known.record = 'concern'
    where concerns.raised_on + thresholds.value::integer <= last_known.last_known_on
),

-- A register holds the last plan only, so what was planned for in an older quarter cannot be known from it.
planned as (
    select
        'activities_with_risk_plan' as measure_code,
        activities.organisation_code,
        spoken_for.quarter_id,
        activities.risk_plan_on is not null as is_told,
        coalesce(activities.risk_plan_on <= {{ as_of_on() }}, false) as is_so
    from activities
    inner join spoken_for on activities.organisation_code = spoken_for.organisation_code
    where
        coalesce(activities.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
        and coalesce(activities.closed_on, 'infinity') > spoken_for.period_end_on
),

-- Minutes of a group that may be a key board may be among them. Those too new to be late are left out, shared or not:
-- the shared would flatter.
shared as (
    select
        'key_board_minutes_shared' as measure_code,
        sessions.organisation_code,
        held_day.quarter_id,
        sessions.minutes_shared_on is not null as is_told,
        case
            when involvement_groups.is_key_board = 'yes'
                then coalesce(shared_day.working_day_number - held_day.working_day_number <= thresholds.value, false)
        end as is_so
    from sessions
    inner join involvement_groups on sessions.group_key = involvement_groups.group_key
    inner join thresholds on thresholds.threshold_id = 'key_board_minutes_shared_within'
    inner join days as held_day on sessions.held_on = held_day.date_on
    inner join last_known
        on sessions.organisation_code = last_known.organisation_code and last_known.record = 'session'
    inner join days as last_day on last_known.last_known_on = last_day.date_on
    left join days as shared_day on sessions.minutes_shared_on = shared_day.date_on
    where
        involvement_groups.is_key_board is distinct from 'no'
        and held_day.working_day_number + thresholds.value <= last_day.working_day_number
),

every_fact as (
    select * from logged
    union all
    select * from permitted
    union all
    select * from acted_on
    union all
    select * from closed
    union all
    select * from planned
    union all
    select * from shared
),

every_row as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        is_told,
        is_so::integer as numerator,
        1 as denominator
    from every_fact
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
