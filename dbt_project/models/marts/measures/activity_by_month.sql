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
),

-- A total beside its services repeats them: it would count everything twice.
counted_once as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count_kind,
        counted
    from (
        select
            *,
            bool_or(service_id is not null) over (
                partition by organisation_code, month_start_on, count_kind
            ) as is_by_service
        from by_month
    ) as marked
    where service_id is not null or not is_by_service
)

select * from counted_once
