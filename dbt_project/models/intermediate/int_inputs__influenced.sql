with

decisions as (
    select
        input_key,
        bool_or(is_accepting) as is_accepted
    from {{ ref("int_decisions__linked_to_inputs") }}
    where is_found and is_on_input
    group by input_key
),

linked_changes as (
    select
        decision_links.input_key,
        change_links.change_key,
        change_links.implemented_on,
        change_links.verified_on,
        change_links.verified_by_kind,
        change_links.is_accepting,
        change_links.is_implemented_influence,
        change_links.is_verified_influence,
        change_links.influence_exclusion,
        change_links.links_held
    from {{ ref("int_decisions__linked_to_inputs") }} as decision_links
    inner join {{ ref("int_changes__linked_to_decisions") }} as change_links
        on decision_links.decision_key = change_links.decision_key
    where decision_links.is_found and decision_links.is_on_input
),

furthest as (
    select distinct on (input_key) *
    from linked_changes
    order by input_key asc, links_held desc, implemented_on asc nulls last, change_key asc
),

counted_changes as (
    select
        input_key,
        count(distinct change_key) as change_count,
        bool_or(is_accepting) as has_change_of_accepting_decision,
        min(verified_on) filter (where is_verified_influence) as influence_verified_on
    from linked_changes
    group by input_key
),

influenced as (
    select
        decisions.input_key,
        coalesce(counted_changes.change_count, 0) as change_count,
        furthest.change_key,
        furthest.implemented_on,
        furthest.verified_on,
        furthest.verified_by_kind,
        coalesce(furthest.is_implemented_influence, false) as is_implemented_influence,
        coalesce(furthest.is_verified_influence, false) as is_verified_influence,
        counted_changes.influence_verified_on,
        case
            when not decisions.is_accepted then 'not_accepted'
            when not coalesce(counted_changes.has_change_of_accepting_decision, false) then 'no_change'
            else furthest.influence_exclusion
        end as influence_exclusion
    from decisions
    left join furthest on decisions.input_key = furthest.input_key
    left join counted_changes on decisions.input_key = counted_changes.input_key
)

select * from influenced
