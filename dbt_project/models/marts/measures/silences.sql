{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Where having nothing to count means nought: every record that a measure is made of came for each month of the
-- quarter, and what it measures can be told from them.
with

needed as (
    select
        measure_code,
        silence_means,
        string_to_array(source_records, ';') as records
    from {{ ref("measures") }}
    where silence_means in ('nought', 'nought_now')
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
),

known as (
    select
        needed.measure_code,
        spoken_for.organisation_code,
        spoken_for.quarter_id
    from needed
    inner join spoken_for
        on
            spoken_for.record = any(needed.records)
            and spoken_for.is_whole
            and (needed.silence_means = 'nought' or spoken_for.is_newest)
    group by needed.measure_code, needed.records, spoken_for.organisation_code, spoken_for.quarter_id
    having count(distinct spoken_for.record) = cardinality(needed.records)
)

select * from known
