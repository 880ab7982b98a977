with

pairs as (
    select * from {{ ref("int_survey_answers__paired") }}
    where after_on <= {{ as_of_on() }}
),

counted as (
    select
        provider_code as organisation_code,
        icb_code,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        {{ financial_quarter("after_on") }} as quarter_id,
        survey_kind,
        item_code,
        count(*) as pair_count,
        count(*) filter (where steps_better > 0) as better_count,
        count(*) filter (where steps_better = 0) as same_count,
        count(*) filter (where steps_better < 0) as worse_count
    from pairs
    group by provider_code, icb_code, service_id, {{ financial_quarter("after_on") }}, survey_kind, item_code
)

select * from counted
