{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Admissions and emergency attendances per person on the caseload, by service and month. What became of them after a
-- change is judged in mart_change_effects, and is associated with the change, never caused by it.
with

activity as (
    select * from {{ ref("activity_by_month") }}
),

caseloads as (
    select * from activity
    where count_kind = 'caseload' and counted > 0
),

by_month as (
    select
        activity.count_kind as measure_code,
        caseloads.organisation_code,
        caseloads.service_id,
        caseloads.month_start_on,
        activity.counted as numerator,
        caseloads.counted as denominator
    from caseloads
    inner join activity
        on
            caseloads.organisation_code = activity.organisation_code
            and caseloads.service_id is not distinct from activity.service_id
            and caseloads.month_start_on = activity.month_start_on
            and activity.count_kind in ('mh_admissions', 'mh_ae_attendances', 'self_harm_ae_attendances')
)

select * from by_month
