{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How many questions of the survey that the sources end with have an answer in what the region's organisations sent.
-- A question is answered where a measure of an expectation that bears on it counts anything in the quarter. One whose
-- wording this project does not hold bears nothing and is not answered.
with

commissioners as (
    select
        icb_code,
        organisation_code
    from {{ ref("dim_organisation") }}
    where organisation_kind = 'icb'
),

organisations as (
    select
        organisation_code,
        icb_code
    from {{ ref("stg_organisation") }}
    where is_asked
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

questions as (
    select principle_code as question_code
    from {{ ref("frames") }}
    where frame_code = 'survey'
),

answering as (
    select distinct
        bearing.principle_code as question_code,
        answers.measure_code
    from {{ ref("frame_expectations") }} as bearing
    inner join {{ ref("expectation_answers") }} as answers on bearing.expectation_id = answers.expectation_id
    where bearing.frame_code = 'survey'
),

evidenced as (
    select
        by_quarter.measure_code,
        organisations.icb_code,
        by_quarter.quarter_id
    from {{ ref("measures_by_quarter") }} as by_quarter
    inner join organisations on by_quarter.organisation_code = organisations.organisation_code
    where by_quarter.denominator > 0
    union
    select
        from_months.measure_code,
        from_months.icb_code,
        quarters.quarter_id
    from {{ ref("measured_periods") }} as from_months
    inner join quarters on from_months.period_start_on = quarters.period_start_on
    where from_months.period_kind = 'quarter' and from_months.level = 'region' and from_months.denominator > 0
    union
    select
        measure_code,
        icb_code,
        quarter_id
    from {{ ref("measures_told_back") }}
    where denominator > 0
),

answered as (
    select distinct
        answering.question_code,
        evidenced.icb_code,
        evidenced.quarter_id
    from answering
    inner join evidenced on answering.measure_code = evidenced.measure_code
),

counted as (
    select
        'survey_questions_answered' as measure_code,
        commissioners.organisation_code,
        quarters.quarter_id,
        count(answered.question_code) as numerator,
        count(*) as denominator
    from commissioners
    cross join quarters
    cross join questions
    left join answered
        on
            questions.question_code = answered.question_code
            and commissioners.icb_code = answered.icb_code
            and quarters.quarter_id = answered.quarter_id
    group by commissioners.organisation_code, quarters.quarter_id
)

select * from counted
