{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The families that are counted by service and month, as one.
with

by_month as (
    select * from {{ ref("measures_safety") }}
    union all
    select * from {{ ref("measures_access") }}
    union all
    select * from {{ ref("measures_experience") }}
    union all
    select * from {{ ref("measures_first_contact") }}
    union all
    select * from {{ ref("measures_complaints") }}
    union all
    select * from {{ ref("measures_outcomes") }}
)

select * from by_month
