with

changes as (
    select
        *,
        {{ sender_key("change_id") }} as change_key,
        {{ happened("implemented_on") }} as done_on,
        {{ happened("stopped_on") }} as given_up_on,
        {{ happened("verified_on") }} as checked_on
    from {{ ref("stg_change") }}
),

first_due as (
    select * from {{ ref("int_changes__first_due") }}
),

links as (
    select * from {{ ref("int_changes__linked_to_decisions") }}
),

decisions as (
    select
        change_key,
        count(*) as listed_decision_count,
        count(*) filter (where is_found) as decision_count,
        min(decided_on) as first_decided_on,
        bool_or(is_implemented_influence) as is_implemented_influence,
        bool_or(is_verified_influence) as is_verified_influence,
        -- Of several decisions, the one whose chain got furthest speaks for the change.
        (array_agg(influence_exclusion order by links_held desc, decision_key asc))[1] as influence_exclusion
    from links
    group by change_key
),

inputs as (
    select
        links.change_key,
        count(distinct input_links.input_key) as input_count
    from links
    inner join {{ ref("int_decisions__linked_to_inputs") }} as input_links
        on links.decision_key = input_links.decision_key
    where input_links.is_found
    group by links.change_key
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'change'
),

joined as (
    select
        changes.*,
        coalesce(decisions.listed_decision_count, 0) as listed_decision_count,
        coalesce(decisions.decision_count, 0) as decision_count,
        coalesce(inputs.input_count, 0) as input_count,
        decisions.first_decided_on,
        first_due.original_due_on,
        coalesce(decisions.is_implemented_influence, false) as is_implemented_influence,
        coalesce(decisions.is_verified_influence, false) as is_verified_influence,
        case
            when decisions.change_key is null then 'no_decision'
            else decisions.influence_exclusion
        end as influence_exclusion,
        {{ deadline_state(
            "first_due.original_due_on", "changes.done_on", "changes.given_up_on", "last_known.last_known_on"
        ) }} as deadline_state
    from changes
    left join first_due on changes.change_key = first_due.change_key
    left join last_known on changes.provider_code = last_known.organisation_code
    left join decisions on changes.change_key = decisions.change_key
    left join inputs on changes.change_key = inputs.change_key
),

described as (
    select
        change_key,
        provider_code as organisation_code,
        icb_code,
        change_id,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        changed,
        change_kind,
        owner_role,
        listed_decision_count,
        decision_count,
        input_count,
        first_decided_on,
        due_on,
        original_due_on,
        {{ financial_quarter("original_due_on") }} as original_due_quarter_id,
        due_on <> original_due_on as is_deadline_moved,
        done_on as implemented_on,
        {{ financial_quarter("done_on") }} as implemented_quarter_id,
        given_up_on as stopped_on,
        stopped_reason,
        deadline_state,
        {{ is_promise_kept("deadline_state", "original_due_on", "given_up_on") }} as is_on_time_original,
        {{ days_past_due("deadline_state", "original_due_on", "done_on") }} as days_late,
        qi_register_ref,
        {{ sender_key("reviewed_session_id") }} as reviewed_session_key,
        checked_on as verified_on,
        verified_by_kind,
        {{ is_verified_by_other("done_on", "checked_on", "verified_by_kind") }} as is_verified_by_other,
        measure_codes,
        benefit_codes,
        cost_gbp,
        saving_gbp,
        saving_basis,
        is_implemented_influence,
        is_verified_influence,
        is_verified_influence as is_influence,
        influence_exclusion
    from joined
)

select * from described
