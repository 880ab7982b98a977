-- A network asks about services that are not its own: ZW5/S-01 is S-01 of the organisation ZW5.
-- What stands before a slash and is no organisation's code is part of the sender's own id.
with

answers as (
    select * from {{ ref("stg_survey_answer") }}
),

organisations as (
    select * from {{ ref("stg_organisation") }}
),

placed as (
    select
        answers.load_id,
        answers.provider_code,
        answers.icb_code,
        coalesce(organisations.organisation_code, answers.provider_code) as about_provider_code,
        coalesce(organisations.icb_code, answers.icb_code) as about_icb_code,
        answers.period_start_on,
        answers.survey_kind,
        answers.item_code,
        answers.answer_code,
        answers.answer_count,
        answers.wave,
        answers.respondent_ref,
        answers.answered_on,
        case
            when starts_with(answers.service_id, organisations.organisation_code || '/')
                then substr(answers.service_id, length(organisations.organisation_code) + 2)
            else answers.service_id
        end as service_id,
        case
            when starts_with(answers.session_id, organisations.organisation_code || '/')
                then substr(answers.session_id, length(organisations.organisation_code) + 2)
            else answers.session_id
        end as session_id,
        answers.pathway_point
    from answers
    left join organisations
        on
            split_part(coalesce(answers.service_id, answers.session_id), '/', 1) = organisations.organisation_code
            and coalesce(answers.service_id, answers.session_id) like '%/%'
)

select * from placed
