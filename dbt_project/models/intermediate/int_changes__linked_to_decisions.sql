with

changes as (
    select
        *,
        {{ sender_key("change_id") }} as change_key
    from {{ ref("stg_change") }}
),

decisions as (
    select
        {{ sender_key("decision_id") }} as decision_key,
        {{ happened("decided_on") }} as decided_on,
        outcome
    from {{ ref("stg_decision") }}
),

listed as (
    select distinct
        changes.provider_code,
        changes.icb_code,
        changes.change_key,
        {{ sender_key("listed_ids.decision_id", "changes.provider_code") }} as decision_key,
        {{ happened("changes.implemented_on") }} as implemented_on,
        {{ happened("changes.verified_on") }} as verified_on,
        changes.verified_by_kind
    from changes
    cross join lateral unnest(changes.decision_ids) as listed_ids (decision_id)
),

judged as (
    select
        listed.*,
        decisions.decision_key is not null as is_found,
        decisions.decided_on,
        decisions.outcome,
        coalesce(decisions.decided_on is not null and decisions.outcome in ('accepted', 'partly'), false)
            as is_accepting,
        {{ is_verified_by_other("listed.implemented_on", "listed.verified_on", "listed.verified_by_kind") }}
            as is_verified_by_other
    from listed
    left join decisions on listed.decision_key = decisions.decision_key
),

explained as (
    select
        judged.*,
        -- In the order of the chain, so that the first broken link is the one that is named.
        case
            when not judged.is_found then 'decision_not_found'
            when not judged.is_accepting then 'not_accepted'
            when judged.implemented_on is null then 'not_implemented'
            when judged.implemented_on < judged.decided_on then 'before_decision'
            when not judged.is_verified_by_other then 'not_verified_by_other'
        end as influence_exclusion
    from judged
),

ranked as (
    select
        explained.*,
        {{ links_held("explained.influence_exclusion") }} as links_held,
        explained.influence_exclusion is null
        or explained.influence_exclusion = 'not_verified_by_other' as is_implemented_influence,
        explained.influence_exclusion is null as is_verified_influence
    from explained
)

select * from ranked
