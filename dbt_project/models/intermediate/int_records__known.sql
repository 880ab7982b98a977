-- Which record of whom is known for which stretch of time: without it a month without rows would pass for a nought.
-- A register without a period speaks for every day up to the one it was sent on.
with

deliveries as (
    select * from {{ ref("stg_delivery") }}
),

load_records as (
    select * from {{ ref("stg_load_record") }}
),

last_sent as (
    select
        load_id,
        max(period_end_on) as period_end_on
    from {{ ref("stg_sighting") }}
    group by load_id
),

received as (
    select distinct
        deliveries.provider_code as organisation_code,
        load_records.record,
        -- A register tells the whole of what came before it, and stays true while it is sent again unchanged.
        case
            when load_records.delivers = 'snapshot' or deliveries.period_start_on is null then date '1900-01-01'
            else deliveries.period_start_on
        end as known_from_on,
        case
            when load_records.delivers = 'snapshot' and last_sent.period_end_on is not null
                then greatest(deliveries.period_end_on, last_sent.period_end_on)
            else coalesce(deliveries.period_end_on, deliveries.submitted_on)
        end as known_to_on
    from deliveries
    inner join load_records on deliveries.load_id = load_records.load_id
    left join last_sent on deliveries.load_id = last_sent.load_id
    where deliveries.is_standing
),

-- Two months in which nothing happened have the same nil return: one load that speaks for both.
nil_again as (
    select distinct
        deliveries.provider_code as organisation_code,
        load_records.record,
        sightings.period_start_on as known_from_on,
        sightings.period_end_on as known_to_on
    from deliveries
    inner join load_records on deliveries.load_id = load_records.load_id
    inner join {{ ref("stg_sighting") }} as sightings on deliveries.load_id = sightings.load_id
    where
        deliveries.is_standing
        and deliveries.is_nil_return
        and deliveries.rows_landed = 0
        and sightings.period_end_on is not null
),

known as (
    select * from received
    union
    select * from nil_again
)

select * from known
