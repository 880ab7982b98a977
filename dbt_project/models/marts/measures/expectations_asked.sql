{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whom each expectation is asked of: providers by tier and kind, or the commissioner. What the report asks of itself is
-- asked of nobody else.
with

expectations as (
    select * from {{ ref("expectations") }}
),

organisations as (
    select * from {{ ref("dim_organisation") }}
    where is_asked
),

restraining as (
    select distinct organisation_code
    from {{ ref("dim_service") }}
    where service_kind in ('inpatient_ward', 'supported_living')
),

asked as (
    select
        expectations.expectation_id,
        organisations.icb_code,
        organisations.organisation_code,
        organisations.joined_on
    from expectations
    inner join organisations
        on case expectations.asked_of
            when 'all' then organisations.organisation_kind <> 'icb'
            when 'full' then organisations.organisation_kind <> 'icb' and organisations.tier = 'full'
            when 'bed' then organisations.organisation_kind <> 'icb'
            when 'icb' then organisations.organisation_kind = 'icb'
            else false
        end
    left join restraining on organisations.organisation_code = restraining.organisation_code
    where expectations.asked_of <> 'bed' or restraining.organisation_code is not null
)

select * from asked
