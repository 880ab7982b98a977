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

registers as (
    select * from {{ ref("evidence_received") }}
    where record = 'involvement_activity'
),

days as (
    select * from {{ ref("dim_date") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

quarters as (
    select * from {{ ref("measured_quarters") }}
),

newest_quarter as (
    select * from quarters
    order by period_end_on desc
    limit 1
),

-- A column that a sender never fills is one it does not keep: that is no evidence, not nought of all.
logging as (
    select distinct organisation_code
    from changes
    where qi_register_ref is not null or reviewed_session_key is not null
),

logged as (
    select
        'changes_logged_and_reviewed' as measure_code,
        changes.organisation_code,
        changes.implemented_quarter_id as quarter_id,
        logging.organisation_code is not null as is_told,
        btrim(changes.qi_register_ref) <> '' and sessions.session_key is not null as is_so
    from changes
    left join logging on changes.organisation_code = logging.organisation_code
    left join sessions on changes.reviewed_session_key = sessions.session_key
    where changes.implemented_on is not null
),

permitted as (
    select
        'materials_permitted' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
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
        least(concerns.escalated_on, concerns.closed_on) <= concerns.raised_on + thresholds.value::integer as is_so
    from concerns
    inner join thresholds on thresholds.threshold_id = 'concern_acted_on_within'
    where concerns.raised_on <= {{ as_of_on() }} - thresholds.value::integer
),

closed as (
    select
        'concerns_closed' as measure_code,
        concerns.organisation_code,
        concerns.quarter_id,
        true as is_told,
        concerns.closed_on <= concerns.raised_on + thresholds.value::integer as is_so
    from concerns
    inner join thresholds on thresholds.threshold_id = 'concern_closed_within'
    where concerns.raised_on <= {{ as_of_on() }} - thresholds.value::integer
),

spoken_for as (
    select distinct
        registers.organisation_code,
        newest_quarter.quarter_id,
        newest_quarter.period_end_on
    from registers
    inner join newest_quarter
        on
            registers.known_from_on <= newest_quarter.period_end_on
            and registers.known_to_on >= newest_quarter.period_end_on
),

planning as (
    select distinct organisation_code
    from activities
    where risk_plan_on is not null
),

-- A register holds the last plan only, so what was planned for in an older quarter cannot be known from it.
planned as (
    select
        'activities_with_risk_plan' as measure_code,
        activities.organisation_code,
        spoken_for.quarter_id,
        planning.organisation_code is not null as is_told,
        activities.risk_plan_on <= {{ as_of_on() }} as is_so
    from activities
    inner join spoken_for on activities.organisation_code = spoken_for.organisation_code
    left join planning on activities.organisation_code = planning.organisation_code
    where
        coalesce(activities.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
        and coalesce(activities.closed_on, 'infinity') > spoken_for.period_end_on
),

board_meetings as (
    select
        sessions.organisation_code,
        sessions.held_on,
        sessions.minutes_shared_on
    from sessions
    inner join involvement_groups on sessions.group_key = involvement_groups.group_key
    where involvement_groups.is_key_board = 'yes'
),

sharing as (
    select distinct organisation_code
    from board_meetings
    where minutes_shared_on is not null
),

shared as (
    select
        'key_board_minutes_shared' as measure_code,
        board_meetings.organisation_code,
        held_day.quarter_id,
        sharing.organisation_code is not null as is_told,
        shared_day.working_day_number - held_day.working_day_number <= thresholds.value as is_so
    from board_meetings
    left join sharing on board_meetings.organisation_code = sharing.organisation_code
    inner join thresholds on thresholds.threshold_id = 'key_board_minutes_shared_within'
    inner join days as held_day on board_meetings.held_on = held_day.date_on
    inner join days as today on today.date_on = {{ as_of_on() }}
    left join days as shared_day on board_meetings.minutes_shared_on = shared_day.date_on
    where
        shared_day.date_on is not null
        or held_day.working_day_number + thresholds.value < today.working_day_number
),

every_row as (
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

counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        case when bool_or(is_told) then count(*) filter (where is_so) end as numerator,
        case when bool_or(is_told) then count(*) end as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
