with

links as (
    select
        decision_key,
        change_key,
        provider_code as organisation_code,
        icb_code,
        decided_on,
        outcome,
        is_accepting,
        implemented_on,
        is_implemented_influence,
        is_verified_influence,
        influence_exclusion
    from {{ ref("int_changes__linked_to_decisions") }}
    where is_found
)

select * from links
