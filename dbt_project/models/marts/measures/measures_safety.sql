{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Restrictive interventions per occupied bed day, by ward and month.
-- Only wards whose bed days are known count, above the line and below it.
with

interventions as (
    select * from {{ ref("fct_restrictive_interventions") }}
),

bed_days as (
    select * from {{ ref("activity_by_month") }}
    where count_kind = 'occupied_bed_days'
),

received as (
    select * from {{ ref("evidence_received") }}
    where record = 'restrictive_intervention'
),

counted as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count(*) as counted
    from interventions
    where is_counted
    group by organisation_code, service_id, month_start_on
),

by_month as (
    select
        'restrictive_interventions' as measure_code,
        bed_days.organisation_code,
        bed_days.service_id,
        bed_days.month_start_on,
        coalesce(counted.counted, 0) as numerator,
        bed_days.counted as denominator
    from bed_days
    left join counted
        on
            bed_days.organisation_code = counted.organisation_code
            and bed_days.service_id = counted.service_id
            and bed_days.month_start_on = counted.month_start_on
    where
        exists (
            select 1
            from received
            where
                received.organisation_code = bed_days.organisation_code
                and received.known_from_on <= bed_days.month_start_on
                and received.known_to_on >= (bed_days.month_start_on + interval '1 month - 1 day')::date
        )
)

select * from by_month
