with

-- On a scale the list's order is from best to worst; what stands on no scale (does not apply) is compared with nothing.
scales as (
    select
        code as answer_code,
        position as scale_position
    from {{ ref("code_lists") }}
    where list_name = 'survey_answer' and group_code is not null
),

answers as (
    select
        placed.provider_code,
        placed.icb_code,
        placed.about_provider_code,
        placed.survey_kind,
        placed.item_code,
        placed.respondent_ref,
        placed.wave,
        placed.service_id,
        placed.answer_code,
        coalesce(placed.answered_on, placed.period_start_on) as answered_on,
        scales.scale_position
    from {{ ref("int_survey_answers__placed") }} as placed
    inner join scales on placed.answer_code = scales.answer_code
    where placed.respondent_ref is not null
),

first_before as (
    select distinct on (provider_code, about_provider_code, survey_kind, item_code, respondent_ref) *
    from answers
    where wave = 'before'
    order by
        provider_code, about_provider_code, survey_kind, item_code, respondent_ref, answered_on, scale_position
),

last_after as (
    select distinct on (provider_code, about_provider_code, survey_kind, item_code, respondent_ref) *
    from answers
    where wave = 'after'
    order by
        provider_code asc,
        about_provider_code asc,
        survey_kind asc,
        item_code asc,
        respondent_ref asc,
        answered_on desc,
        scale_position asc
),

paired as (
    select
        last_after.provider_code,
        last_after.icb_code,
        last_after.survey_kind,
        last_after.item_code,
        last_after.respondent_ref,
        last_after.about_provider_code,
        last_after.service_id,
        first_before.answered_on as before_on,
        last_after.answered_on as after_on,
        first_before.answer_code as answer_before,
        last_after.answer_code as answer_after,
        first_before.scale_position - last_after.scale_position as steps_better
    from last_after
    inner join first_before
        on
            last_after.provider_code = first_before.provider_code
            -- What was said of one organisation says nothing of how another changed.
            and last_after.about_provider_code = first_before.about_provider_code
            and last_after.survey_kind = first_before.survey_kind
            and last_after.item_code = first_before.item_code
            and last_after.respondent_ref = first_before.respondent_ref
    where coalesce(first_before.answered_on <= last_after.answered_on, true)
)

select * from paired
