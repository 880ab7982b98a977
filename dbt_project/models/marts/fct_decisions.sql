with

decisions as (
    select
        *,
        {{ sender_key("decision_id") }} as decision_key,
        {{ happened("decided_on") }} as happened_on
    from {{ ref("stg_decision") }}
),

listed_inputs as (
    select * from {{ ref("int_decisions__linked_to_inputs") }}
),

input_links as (
    select
        decision_key,
        count(*) as listed_input_count,
        count(*) filter (where is_found) as input_count
    from listed_inputs
    group by decision_key
),

first_tellings as (
    select
        listed_inputs.decision_key,
        min(tellings.told_on) as first_told_on
    from listed_inputs
    inner join {{ ref("int_told_back__linked_to_inputs") }} as tellings
        on listed_inputs.input_key = tellings.input_key
    where tellings.is_outcome and tellings.told_on >= listed_inputs.decided_on
    group by listed_inputs.decision_key
),

change_links as (
    select
        decision_key,
        count(*) as change_count,
        bool_or(is_implemented_influence) as is_implemented_influence,
        bool_or(is_verified_influence) as is_verified_influence
    from {{ ref("int_changes__linked_to_decisions") }}
    group by decision_key
),

described as (
    select
        decisions.decision_key,
        decisions.provider_code as organisation_code,
        decisions.icb_code,
        decisions.decision_id,
        decisions.decision_kind,
        {{ sender_key("decisions.activity_id", "decisions.provider_code") }} as activity_key,
        {{ sender_key("decisions.decision_group_id", "decisions.provider_code") }} as decision_group_key,
        decisions.happened_on as decided_on,
        {{ financial_quarter("decisions.happened_on") }} as quarter_id,
        decisions.decided_by_role,
        decisions.outcome,
        decisions.reason_code,
        decisions.reason,
        {{ has_reason("decisions.reason_code", "decisions.reason") }} as has_reason,
        coalesce(decisions.outcome in ('declined', 'deferred'), false) as is_refusal,
        decisions.review_on,
        decisions.set_with_members,
        coalesce(input_links.listed_input_count, 0) as listed_input_count,
        coalesce(input_links.input_count, 0) as input_count,
        coalesce(change_links.change_count, 0) as change_count,
        coalesce(change_links.is_implemented_influence, false) as is_implemented_influence,
        coalesce(change_links.is_verified_influence, false) as is_verified_influence,
        first_tellings.first_told_on
    from decisions
    left join input_links on decisions.decision_key = input_links.decision_key
    left join first_tellings on decisions.decision_key = first_tellings.decision_key
    left join change_links on decisions.decision_key = change_links.decision_key
)

select * from described
