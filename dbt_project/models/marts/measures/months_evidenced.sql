{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How many months of a quarter a measure of an organisation rests on: as many as the least known of the records that it
-- is made of, of those that were sent at all.
with

measures as (
    select
        measure_code,
        string_to_array(source_records, ';') as records
    from {{ ref("measures") }}
),

months_known as (
    select * from {{ ref("int_quarters__months_known") }}
),

evidenced as (
    select
        measures.measure_code,
        months_known.organisation_code,
        months_known.quarter_id,
        min(months_known.months_known) as months_evidenced
    from measures
    inner join months_known on months_known.record = any(measures.records)
    group by measures.measure_code, months_known.organisation_code, months_known.quarter_id
)

select * from evidenced
