{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The families that are counted by organisation and quarter, as one.
with

recorded as (
    select * from {{ ref("measures_influence") }}
    union all
    select * from {{ ref("measures_promises") }}
    union all
    select * from {{ ref("measures_participation") }}
    union all
    select * from {{ ref("measures_coverage") }}
    union all
    select * from {{ ref("measures_warning_signs") }}
    union all
    select * from {{ ref("measures_report") }}
    union all
    select * from {{ ref("measures_activities") }}
    union all
    select * from {{ ref("measures_definition") }}
    union all
    select * from {{ ref("measures_agendas") }}
    union all
    select * from {{ ref("measures_commissioning") }}
    union all
    select * from {{ ref("measures_groups") }}
    union all
    select * from {{ ref("measures_members") }}
    union all
    select * from {{ ref("measures_organisations") }}
    union all
    select * from {{ ref("measures_governance") }}
    union all
    select * from {{ ref("measures_payment") }}
    union all
    select * from {{ ref("measures_access_needs") }}
    union all
    select * from {{ ref("measures_recruitment") }}
    union all
    select * from {{ ref("measures_inclusion") }}
    union all
    select * from {{ ref("measures_safeguards") }}
    union all
    select * from {{ ref("measures_replies") }}
    union all
    select * from {{ ref("measures_surveys") }}
    union all
    select * from {{ ref("measures_learning") }}
    union all
    select * from {{ ref("measures_ethnicity") }}
    union all
    select * from {{ ref("measures_savings") }}
    union all
    select * from {{ ref("measures_disclosure") }}
)

select * from recorded
