with

told_back as (
    select
        *,
        {{ sender_key("told_back_id") }} as told_back_key,
        {{ happened("told_on") }} as happened_on
    from {{ ref("stg_told_back") }}
),

links as (
    select
        told_back_key,
        count(*) as listed_input_count,
        count(*) filter (where is_found) as input_count,
        count(*) filter (where is_outcome) as outcome_input_count
    from {{ ref("int_told_back__linked_to_inputs") }}
    group by told_back_key
),

described as (
    select
        told_back.told_back_key,
        told_back.provider_code as organisation_code,
        told_back.icb_code,
        told_back.told_back_id,
        {{ sender_key("told_back.activity_id", "told_back.provider_code") }} as activity_key,
        {{ sender_key("told_back.change_id", "told_back.provider_code") }} as change_key,
        told_back.told_what,
        told_back.happened_on as told_on,
        {{ financial_quarter("told_back.happened_on") }} as quarter_id,
        told_back.told_who,
        told_back.to_tell_count,
        told_back.told_count,
        told_back.channel,
        told_back.formats_requested,
        told_back.formats_supplied,
        coalesce(links.listed_input_count, 0) as listed_input_count,
        coalesce(links.input_count, 0) as input_count,
        coalesce(links.outcome_input_count, 0) as outcome_input_count
    from told_back
    left join links on told_back.told_back_key = links.told_back_key
)

select * from described
