with

pairs as (
    select * from {{ ref("int_survey_answers__paired") }}
    where after_on <= {{ as_of_on() }}
),

counted as (
    select
        provider_code as organisation_code,
        icb_code,
        about_provider_code as about_organisation_code,
        {{ sender_key("service_id", "about_provider_code") }} as service_key,
        service_id,
        {{ financial_quarter("after_on") }} as quarter_id,
        survey_kind,
        item_code,
        count(*) as pair_count,
        count(*) filter (where steps_better > 0) as better_count,
        count(*) filter (where steps_better = 0) as same_count,
        count(*) filter (where steps_better < 0) as worse_count,
        sum(steps_better)::bigint as steps_better_sum,
        sum(steps_better * steps_better)::bigint as steps_better_squares_sum
    from pairs
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from counted
