with

activities as (
    select
        *,
        {{ sender_key("activity_id") }} as activity_key
    from {{ ref("stg_involvement_activity") }}
),

first_scoped as (
    select * from {{ ref("int_activities__first_scoped") }}
),

held_sessions as (
    select
        {{ sender_key("activity_id") }} as activity_key,
        count(*) as held_session_count,
        min(held_on) as first_session_on
    from {{ ref("stg_session") }}
    where held_on <= {{ as_of_on() }} and activity_id is not null
    group by 1
),

described as (
    select
        activities.activity_key,
        activities.provider_code as organisation_code,
        activities.icb_code,
        activities.activity_id,
        activities.activity_name,
        {{ sender_key("activities.group_id", "activities.provider_code") }} as group_key,
        {{ sender_key("activities.service_id", "activities.provider_code") }} as service_key,
        activities.activity_kind,
        activities.tier,
        activities.level_claimed,
        activities.level_members_say,
        activities.started_on,
        {{ financial_quarter("activities.started_on") }} as quarter_id,
        activities.closed_on,
        activities.scope,
        activities.constraints,
        coalesce(
            activities.scope_recorded_on,
            case when activities.scope is not null then first_scoped.first_scope_submitted_on end
        ) as scope_recorded_on,
        activities.scope_recorded_on is null and activities.scope is not null as is_scope_date_from_submission,
        {{ sender_key("activities.decision_group_id", "activities.provider_code") }} as decision_group_key,
        activities.decision_rights,
        activities.options_appraisal_on,
        activities.procurement_notice_on,
        activities.questions_answered,
        activities.eia_on,
        activities.asset_map_on,
        activities.risk_plan_on,
        activities.measure_codes,
        activities.measures_agreed_with_members_on,
        activities.evaluated_with_members_on,
        activities.reflection_worked_on,
        activities.reflection_not_worked_on,
        coalesce(held_sessions.held_session_count, 0) as held_session_count,
        held_sessions.first_session_on
    from activities
    left join first_scoped on activities.activity_key = first_scoped.activity_key
    left join held_sessions on activities.activity_key = held_sessions.activity_key
)

select * from described
