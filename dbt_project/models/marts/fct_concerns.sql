with

concerns as (
    select
        *,
        {{ happened("escalated_on") }} as was_escalated_on,
        {{ happened("closed_on") }} as was_closed_on
    from {{ ref("stg_concern") }}
),

described as (
    select
        {{ sender_key("concern_id") }} as concern_key,
        provider_code as organisation_code,
        icb_code,
        concern_id,
        {{ sender_key("group_id") }} as group_key,
        {{ sender_key("activity_id") }} as activity_key,
        concern_kind,
        raised_on,
        {{ financial_quarter("raised_on") }} as quarter_id,
        coalesce(raised_on <= {{ as_of_on() }}, false) as is_counted,
        was_escalated_on as escalated_on,
        escalated_to_role,
        (was_escalated_on - raised_on)::bigint as days_to_escalate,
        was_closed_on as closed_on,
        (was_closed_on - raised_on)::bigint as days_to_close,
        was_closed_on is null and raised_on <= {{ as_of_on() }} as is_open,
        case
            when was_closed_on is null and raised_on <= {{ as_of_on() }} then ({{ as_of_on() }} - raised_on)::bigint
        end as days_open,
        outcome
    from concerns
)

select * from described
