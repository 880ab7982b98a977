with

links as (
    select
        input_key,
        told_back_key,
        provider_code as organisation_code,
        icb_code,
        told_on,
        told_what,
        told_who,
        is_outcome,
        outcome_number
    from {{ ref("int_told_back__linked_to_inputs") }}
    where is_found
)

select * from links
