{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What a care board says its changes saved: whether each saving says how it was worked out, and what stands against the
-- cost. These are its own words about money; nothing here says that a change caused a saving.
with

boards as (
    select organisation_code from {{ ref("dim_organisation") }}
    where organisation_kind = 'icb'
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- Few changes are made in a quarter and fewer say what they saved: the year that ends with it is told.
changes as (
    select
        quarters.quarter_id,
        changes.organisation_code,
        changes.cost_gbp,
        changes.saving_gbp,
        changes.saving_basis
    from {{ ref("fct_changes") }} as changes
    inner join boards on changes.organisation_code = boards.organisation_code
    inner join quarters
        on
            changes.implemented_on <= quarters.period_end_on
            and changes.implemented_on >= {{ four_quarters_from("quarters.period_start_on") }}
    where changes.saving_gbp is not null
),

every_row as (
    select
        'savings_explained' as measure_code,
        organisation_code,
        quarter_id,
        coalesce(btrim(saving_basis) <> '', false)::integer::numeric as numerator,
        1::numeric as denominator
    from changes
    union all
    select
        'savings_for_cost' as measure_code,
        organisation_code,
        quarter_id,
        saving_gbp as numerator,
        cost_gbp as denominator
    from changes
    where cost_gbp > 0
),

counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        round(sum(numerator)) as numerator,
        round(sum(denominator)) as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
