{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whose waits are read together: of an organisation, of the region, and of those in it that owe people an answer. Four
-- quarters make a cohort: one quarter of a small charity is a handful of people.
with

waits as (
    select * from {{ ref("chain_waits") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- Whom a telling back is asked of; what is said to a commissioner is in the region's cohort and not in theirs.
providers as (
    select
        icb_code,
        organisation_code
    from {{ ref("dim_organisation") }}
    where is_asked and organisation_kind <> 'icb'
),

cohorts as (
    select
        quarters.quarter_id,
        waits.link,
        waits.icb_code,
        waits.organisation_code,
        waits.days,
        waits.is_ended,
        waits.is_otherwise_ended,
        waits.left_out_as,
        providers.organisation_code is not null as is_provider
    from waits
    inner join quarters
        on
            waits.started_on >= {{ four_quarters_from("quarters.period_start_on") }}
            and waits.started_on <= quarters.period_end_on
    left join providers
        on waits.icb_code = providers.icb_code and waits.organisation_code = providers.organisation_code
),

levelled as (
    select
        cohorts.quarter_id,
        cohorts.link,
        cohorts.icb_code,
        levels.organisation_code,
        cohorts.days,
        cohorts.is_ended,
        cohorts.is_otherwise_ended,
        cohorts.left_out_as
    from cohorts
    cross join
        lateral (
            values (cohorts.organisation_code, true), ('ALL', true), ('PROVIDERS', cohorts.is_provider)
        ) as levels (organisation_code, is_so)
    where levels.is_so
)

select * from levelled
