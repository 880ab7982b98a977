with

scales as (
    select
        code as answer_code,
        group_code as scale
    from {{ ref("code_lists") }}
    where list_name = 'survey_answer'
),

answers as (
    select
        *,
        coalesce(answered_on, period_start_on) as counted_on,
        -- A respondent is one answer; a row that names neither respondent nor number hides a small number.
        coalesce(answer_count, case when respondent_ref is not null then 1 end) as answers
    from {{ ref("int_survey_answers__placed") }}
    where coalesce(answered_on <= {{ as_of_on() }}, true)
),

counted as (
    select
        answers.provider_code as organisation_code,
        answers.icb_code,
        answers.about_provider_code as about_organisation_code,
        {{ sender_key("answers.service_id", "answers.about_provider_code") }} as service_key,
        answers.service_id,
        {{ sender_key("answers.session_id", "answers.about_provider_code") }} as session_key,
        {{ month_start("answers.counted_on") }} as month_start_on,
        {{ financial_quarter("answers.counted_on") }} as quarter_id,
        answers.survey_kind,
        answers.item_code,
        scales.scale,
        answers.answer_code,
        answers.answer_code in ('strongly_agree', 'agree', 'yes', 'very_good', 'good') as is_favourable,
        coalesce(answers.wave, 'single') as wave,
        answers.pathway_point,
        sum(answers.answers)::bigint as answer_count,
        count(*) filter (where answers.answers is null) as hidden_row_count
    from answers
    left join scales on answers.answer_code = scales.answer_code
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
)

select * from counted
