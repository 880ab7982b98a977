{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Which record of whom is known for which stretch of time: without it a month without rows would pass for a nought.
-- A register without a period speaks for every day up to the one it was sent on.
with

deliveries as (
    select * from {{ ref("stg_delivery") }}
),

load_records as (
    select * from {{ ref("stg_load_record") }}
),

received as (
    select distinct
        deliveries.provider_code as organisation_code,
        load_records.record,
        coalesce(deliveries.period_start_on, date '1900-01-01') as known_from_on,
        coalesce(deliveries.period_end_on, deliveries.submitted_on) as known_to_on
    from deliveries
    inner join load_records on deliveries.load_id = load_records.load_id
    where deliveries.is_standing
)

select * from received
