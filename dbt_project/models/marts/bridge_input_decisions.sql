with

links as (
    select
        input_key,
        decision_key,
        provider_code as organisation_code,
        icb_code,
        decision_kind,
        decided_on,
        outcome,
        is_on_input,
        decision_number
    from {{ ref("int_decisions__linked_to_inputs") }}
    where is_found
)

select * from links
