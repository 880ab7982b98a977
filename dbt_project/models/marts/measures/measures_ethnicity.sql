{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How often the ethnic group of the person is known where force was used or somebody complained: a rate by ethnic group
-- says little where it is not. The rates themselves are in mart_restraint_by_ethnicity.
with

known_groups as (
    select code as ethnicity_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1' and group_code not in ('not_stated', 'not_known')
),

interventions as (
    select
        'interventions_ethnicity_known' as measure_code,
        organisation_code,
        quarter_id,
        ethnicity_code
    from {{ ref("fct_restrictive_interventions") }}
    where is_counted and started_on <= {{ as_of_on() }}
),

complaints as (
    select
        'complaints_ethnicity_known' as measure_code,
        organisation_code,
        {{ financial_quarter("received_on") }} as quarter_id,
        ethnicity_code
    from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal'
),

every_row as (
    select * from interventions
    union all
    select * from complaints
),

counted_by_quarter as (
    select
        every_row.measure_code,
        every_row.organisation_code,
        every_row.quarter_id,
        count(known_groups.ethnicity_code) as numerator,
        count(*) as denominator
    from every_row
    left join known_groups on every_row.ethnicity_code = known_groups.ethnicity_code
    group by every_row.measure_code, every_row.organisation_code, every_row.quarter_id
)

select * from counted_by_quarter
