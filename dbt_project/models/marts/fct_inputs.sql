with

inputs as (
    select
        *,
        {{ sender_key("input_id") }} as input_key,
        coalesce(reply_wanted not in ('no_thank_you', 'cannot_be_reached'), true) as is_reply_owed
    from {{ ref("stg_input") }}
),

decision_links as (
    select * from {{ ref("int_decisions__linked_to_inputs") }}
    where is_on_input
),

decisions as (
    select
        {{ sender_key("decision_id") }} as decision_key,
        decided_by_role,
        reason_code,
        reason,
        {{ has_reason("reason_code", "reason") }} as has_reason
    from {{ ref("stg_decision") }}
),

first_decisions as (
    select
        decision_links.input_key,
        decision_links.decision_key,
        decision_links.decided_on,
        decision_links.outcome,
        decisions.decided_by_role,
        decisions.reason_code,
        decisions.reason,
        decisions.has_reason
    from decision_links
    inner join decisions on decision_links.decision_key = decisions.decision_key
    where decision_links.decision_number = 1
),

all_decisions as (
    select
        decision_links.input_key,
        count(*) as decision_count,
        (array_agg(decision_links.outcome order by decision_links.decision_number desc))[1] as latest_outcome,
        min(decision_links.decided_on) filter (where coalesce(btrim(decisions.reason), '') <> '') as reasoned_on,
        max(decision_links.decided_on) filter (
            where decision_links.outcome in ('declined', 'deferred') and not coalesce(decisions.has_reason, false)
        ) as refused_without_reason_on,
        -- The latest word on it: a refusal is put right by a later decision that gives a reason or accepts.
        (
            array_agg(
                decision_links.outcome in ('declined', 'deferred') and not coalesce(decisions.has_reason, false)
                order by decision_links.decision_number desc
            ) filter (
                where
                decision_links.outcome in ('declined', 'deferred', 'accepted', 'partly') or decisions.has_reason
            )
        )[1] as is_reason_owed
    from decision_links
    left join decisions on decision_links.decision_key = decisions.decision_key
    group by decision_links.input_key
),

influenced as (
    select * from {{ ref("int_inputs__influenced") }}
),

tellings as (
    select * from {{ ref("int_told_back__linked_to_inputs") }}
    where outcome_number = 1
),

-- A register of June cannot say who heard in July: to wait is known up to the last day it speaks for, and no further.
known_tellings as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'told_back'
),

joined as (
    select
        inputs.input_key,
        inputs.provider_code as organisation_code,
        inputs.icb_code,
        inputs.input_id,
        {{ sender_key("inputs.service_id", "inputs.provider_code") }} as service_key,
        inputs.service_id,
        {{ sender_key("inputs.activity_id", "inputs.provider_code") }} as activity_key,
        {{ sender_key("inputs.session_id", "inputs.provider_code") }} as session_key,
        inputs.received_on,
        {{ financial_quarter("inputs.received_on") }} as quarter_id,
        inputs.said,
        inputs.source_kind,
        inputs.given_by_kind,
        inputs.theme_codes,
        inputs.theme_source,
        inputs.is_criticism,
        inputs.reply_wanted,
        inputs.is_reply_owed,
        inputs.acknowledged_on,
        coalesce(all_decisions.decision_count, 0) as decision_count,
        first_decisions.decision_key,
        first_decisions.decided_on,
        {{ financial_quarter("first_decisions.decided_on") }} as decided_quarter_id,
        first_decisions.decided_by_role,
        first_decisions.outcome,
        all_decisions.latest_outcome,
        first_decisions.reason_code,
        first_decisions.reason,
        first_decisions.has_reason,
        all_decisions.reasoned_on,
        all_decisions.refused_without_reason_on,
        coalesce(all_decisions.is_reason_owed, false) as is_reason_owed,
        (first_decisions.decided_on - inputs.received_on)::bigint as days_to_decide,
        coalesce(influenced.change_count, 0) as change_count,
        influenced.change_key,
        influenced.implemented_on,
        influenced.verified_on,
        influenced.verified_by_kind,
        coalesce(influenced.is_implemented_influence, false) as is_implemented_influence,
        coalesce(influenced.is_verified_influence, false) as is_verified_influence,
        coalesce(influenced.is_verified_influence, false) as is_influence,
        influenced.influence_verified_on,
        case
            when first_decisions.decision_key is null then 'not_decided'
            else influenced.influence_exclusion
        end as influence_exclusion,
        tellings.told_back_key,
        tellings.told_on,
        {{ financial_quarter("tellings.told_on") }} as told_quarter_id,
        tellings.told_what,
        tellings.told_who,
        (tellings.told_on - inputs.received_on)::bigint as days_to_tell,
        case
            when tellings.told_on is not null then 'told'
            when inputs.reply_wanted = 'no_thank_you' then 'no_reply_wanted'
            when inputs.reply_wanted = 'cannot_be_reached' then 'cannot_be_reached'
            else 'waiting'
        end as ended_by,
        known_tellings.last_known_on as known_waiting_to_on
    from inputs
    left join first_decisions on inputs.input_key = first_decisions.input_key
    left join all_decisions on inputs.input_key = all_decisions.input_key
    left join influenced on inputs.input_key = influenced.input_key
    left join tellings on inputs.input_key = tellings.input_key
    left join known_tellings on inputs.provider_code = known_tellings.organisation_code
),

measured as (
    select
        *,
        ended_by = 'waiting' as is_waiting,
        case when ended_by = 'waiting' then ({{ as_of_on() }} - received_on)::bigint end as days_waiting
    from joined
)

select * from measured
