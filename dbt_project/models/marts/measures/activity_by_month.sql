{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Activity per service and month, whole counts only: the denominators of the monthly rates.
with

activity as (
    select * from {{ ref("fct_activity_counts") }}
),

by_month as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count_kind,
        sum(counted)::bigint as counted
    from activity
    where period_kind = 'month' and breakdown_kind = 'none' and counted is not null
    group by organisation_code, service_id, month_start_on, count_kind
)

select * from by_month
