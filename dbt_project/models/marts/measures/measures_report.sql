{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What the report is asked about itself; the commissioner answers for it.
with

commissioners as (
    select
        icb_code,
        organisation_code
    from {{ ref("dim_organisation") }}
    where organisation_kind = 'icb'
),

challenges as (
    select * from {{ ref("fct_challenges") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
    where implemented_on is not null
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

benefit_classes as (
    select code
    from {{ ref("code_lists") }}
    where list_name = 'benefit'
),

answered as (
    select
        'comments_answered' as measure_code,
        commissioners.organisation_code,
        challenges.quarter_id,
        count(*) filter (where not challenges.is_waiting) as numerator,
        count(*) as denominator
    from challenges
    inner join commissioners on challenges.icb_code = commissioners.icb_code
    group by commissioners.organisation_code, challenges.quarter_id
),

-- A class of benefit is covered where a change of the last four quarters claims it and names what measures it.
covered as (
    select
        'benefit_classes_measured' as measure_code,
        commissioners.organisation_code,
        quarters.quarter_id,
        (
            select count(distinct claimed.code)
            from changes
            cross join lateral unnest(changes.benefit_codes) as claimed (code)
            inner join benefit_classes on claimed.code = benefit_classes.code
            where
                changes.icb_code = commissioners.icb_code
                and changes.implemented_on <= quarters.period_end_on
                and changes.implemented_on >= {{ four_quarters_from("quarters.period_start_on") }}
                and cardinality(changes.measure_codes) > 0
        ) as numerator,
        (select count(*) from benefit_classes) as denominator
    from commissioners
    cross join quarters
),

counted as (
    select * from answered
    union all
    select * from covered
)

select * from counted
