with

decisions as (
    select
        *,
        {{ sender_key("decision_id") }} as decision_key
    from {{ ref("stg_decision") }}
),

inputs as (
    select {{ sender_key("input_id") }} as input_key
    from {{ ref("stg_input") }}
),

listed as (
    select distinct
        decisions.provider_code,
        decisions.icb_code,
        decisions.decision_key,
        {{ sender_key("listed_ids.input_id", "decisions.provider_code") }} as input_key,
        decisions.decision_kind,
        {{ happened("decisions.decided_on") }} as decided_on,
        decisions.outcome
    from decisions
    cross join lateral unnest(decisions.input_ids) as listed_ids (input_id)
),

judged as (
    select
        listed.*,
        inputs.input_key is not null as is_found,
        coalesce(listed.decision_kind = 'on_input' and listed.decided_on is not null, false) as is_on_input,
        coalesce(listed.decided_on is not null and listed.outcome in ('accepted', 'partly'), false) as is_accepting
    from listed
    left join inputs on listed.input_key = inputs.input_key
),

numbered as (
    select
        judged.*,
        case
            when judged.is_on_input then row_number() over (
                partition by judged.input_key, judged.is_on_input
                order by judged.decided_on, judged.decision_key
            )
        end as decision_number
    from judged
)

select * from numbered
