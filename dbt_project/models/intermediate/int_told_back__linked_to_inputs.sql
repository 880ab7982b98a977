with

told_back as (
    select
        *,
        {{ sender_key("told_back_id") }} as told_back_key
    from {{ ref("stg_told_back") }}
),

inputs as (
    select {{ sender_key("input_id") }} as input_key
    from {{ ref("stg_input") }}
),

first_decisions as (
    select
        input_key,
        decided_on
    from {{ ref("int_decisions__linked_to_inputs") }}
    where decision_number = 1
),

listed as (
    select distinct
        told_back.provider_code,
        told_back.icb_code,
        told_back.told_back_key,
        {{ sender_key("listed_ids.input_id", "told_back.provider_code") }} as input_key,
        {{ happened("told_back.told_on") }} as told_on,
        told_back.told_what,
        told_back.told_who,
        told_back.told_count
    from told_back
    cross join lateral unnest(told_back.input_ids) as listed_ids (input_id)
),

judged as (
    select
        listed.*,
        inputs.input_key is not null as is_found,
        -- Before a decision there is no outcome to tell, and a telling that reached nobody told nobody.
        coalesce(
            listed.told_on >= first_decisions.decided_on and coalesce(listed.told_count, 1) > 0,
            false
        ) as is_outcome
    from listed
    left join inputs on listed.input_key = inputs.input_key
    left join first_decisions on listed.input_key = first_decisions.input_key
),

numbered as (
    select
        judged.*,
        case
            when judged.is_outcome then row_number() over (
                partition by judged.input_key, judged.is_outcome
                order by judged.told_on, judged.told_back_key
            )
        end as outcome_number
    from judged
)

select * from numbered
