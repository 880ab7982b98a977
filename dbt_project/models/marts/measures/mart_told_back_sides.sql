-- What an organisation's register says about telling people, beside what people say whom their network asked.
-- The register speaks of the year that ends with the quarter: those asked remember more than three months.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

organisations as (
    select * from {{ ref("dim_organisation") }}
),

-- An organisation asking about itself is one side only, and asking about another it has a side of its own.
networks as (
    select organisation_code from organisations
    where organisation_kind = 'network'
),

asked as (
    select
        answers.about_organisation_code as organisation_code,
        answers.quarter_id,
        sum(answers.answer_count)::bigint as answer_count,
        coalesce(sum(answers.answer_count) filter (where answers.answer_code = 'yes'), 0)::bigint as told_answer_count
    from {{ ref("fct_survey_answers") }} as answers
    inner join networks on answers.organisation_code = networks.organisation_code
    where
        answers.item_code = 'was_told_what_happened'
        and answers.scale is not null
        and answers.about_organisation_code <> answers.organisation_code
    group by 1, 2
),

limits as (
    select
        max(value) filter (where threshold_id = 'told_back_share_90') as register_at_least,
        max(value) filter (where threshold_id = 'told_members_say') as members_at_least,
        max(value) filter (where threshold_id = 'told_members_asked')::integer as answers_at_least
    from {{ ref("thresholds") }}
),

quarters as (
    select distinct
        quarter_id,
        quarter_start_on,
        quarter_end_on
    from {{ ref("dim_date") }}
),

sides as (
    select
        asked.organisation_code,
        organisations.icb_code,
        asked.quarter_id,
        quarters.quarter_start_on,
        count(inputs.input_key) as decided_count,
        count(inputs.input_key) filter (where inputs.told_on <= quarters.quarter_end_on) as told_count,
        asked.answer_count,
        asked.told_answer_count
    from asked
    inner join organisations on asked.organisation_code = organisations.organisation_code
    inner join quarters on asked.quarter_id = quarters.quarter_id
    left join inputs
        on
            asked.organisation_code = inputs.organisation_code
            and quarters.quarter_end_on >= inputs.decided_on
            and {{ four_quarters_from("quarters.quarter_start_on") }} <= inputs.decided_on
            and inputs.is_reply_owed
    group by 1, 2, 3, 4, 7, 8
),

compared as (
    select
        sides.*,
        sides.told_count::double precision / nullif(sides.decided_count, 0) as register_share,
        sides.told_answer_count::double precision / nullif(sides.answer_count, 0) as members_share,
        coalesce(
            sides.answer_count >= limits.answers_at_least
            and sides.told_count >= limits.register_at_least * sides.decided_count
            and sides.decided_count > 0
            and sides.told_answer_count < limits.members_at_least * sides.answer_count,
            false
        ) as is_disputed
    from sides
    cross join limits
)

select * from compared
