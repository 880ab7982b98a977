-- The way down from a result to the files it rests on: which loads speak for a measure's records in a quarter.
with

measures as (
    select * from {{ ref("measures") }}
),

records as (
    select
        measures.measure_code,
        source_records.record
    from measures
    cross join lateral unnest(string_to_array(measures.source_records, ';')) as source_records (record)
    union
    select
        measure_code,
        'provider_return' as record
    from measures
    where declared_item is not null
),

deliveries as (
    select * from {{ ref("stg_delivery") }}
    where is_standing
),

load_records as (
    select * from {{ ref("stg_load_record") }}
),

quarters as (
    select * from {{ ref("measured_quarters") }}
),

-- A register tells the whole of what came before it: the newest of those that stand speaks for every quarter.
files as (
    select
        records.measure_code,
        deliveries.provider_code as organisation_code,
        deliveries.icb_code,
        quarters.quarter_id,
        records.record,
        deliveries.load_id,
        deliveries.feed,
        deliveries.file_name,
        deliveries.file_sha256,
        deliveries.submitted_on
    from deliveries
    inner join load_records on deliveries.load_id = load_records.load_id
    inner join records on load_records.record = records.record
    inner join quarters
        on
            load_records.delivers = 'snapshot'
            or deliveries.period_start_on is null
            or (
                deliveries.period_start_on <= quarters.period_end_on
                and deliveries.period_end_on >= quarters.period_start_on
            )
)

select * from files
