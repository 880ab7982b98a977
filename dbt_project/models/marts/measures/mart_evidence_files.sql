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
    select * from {{ ref("int_quarters__measured") }}
),

-- A survey may be about others than its sender: its file speaks of everyone it asks about.
speaking as (
    select
        deliveries.*,
        deliveries.provider_code as organisation_code
    from deliveries
    union
    select
        deliveries.*,
        answers.about_provider_code as organisation_code
    from deliveries
    inner join {{ ref("int_survey_answers__placed") }} as answers on deliveries.load_id = answers.load_id
),

-- A register tells the whole of what came before it: the newest of those that stand speaks for every quarter.
files as (
    select
        records.measure_code,
        speaking.organisation_code,
        speaking.icb_code,
        quarters.quarter_id,
        records.record,
        speaking.load_id,
        speaking.feed,
        speaking.file_name,
        speaking.file_sha256,
        speaking.submitted_on
    from speaking
    inner join load_records on speaking.load_id = load_records.load_id
    inner join records on load_records.record = records.record
    inner join quarters
        on
            load_records.delivers = 'snapshot'
            or speaking.period_start_on is null
            or (
                speaking.period_start_on <= quarters.period_end_on
                and speaking.period_end_on >= quarters.period_start_on
            )
)

select * from files
