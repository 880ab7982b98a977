{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Of which organisation a measure may be asked in a quarter, under the agreements that hold in it.
with

measures as (
    select * from {{ ref("measures") }}
),

agreements as (
    select * from {{ ref("stg_agreement") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- The ledger's own records come of themselves.
needed as (
    select
        measures.measure_code,
        records.record,
        count(*) over (partition by measures.measure_code) as needed_count
    from measures
    cross join lateral unnest(string_to_array(measures.source_records, ';')) as records (record)
    where records.record not in ('deliveries', 'editions')
),

agreed_by_quarter as (
    select distinct
        agreements.provider_code as organisation_code,
        agreements.record,
        quarters.quarter_id
    from agreements
    inner join quarters
        on agreements.valid_from <= quarters.period_end_on and agreements.valid_to >= quarters.period_start_on
),

-- Without an agreement nobody may ask, so nobody failed to answer. Half of what a measure is made of is no answer, and
-- what is declared as n of m is a whole one.
whole as (
    select
        agreed_by_quarter.organisation_code,
        needed.measure_code,
        agreed_by_quarter.quarter_id
    from agreed_by_quarter
    inner join needed on agreed_by_quarter.record = needed.record
    group by
        agreed_by_quarter.organisation_code,
        needed.measure_code,
        agreed_by_quarter.quarter_id,
        needed.needed_count
    having count(*) = needed.needed_count
    union distinct
    select
        agreed_by_quarter.organisation_code,
        measures.measure_code,
        agreed_by_quarter.quarter_id
    from agreed_by_quarter
    inner join measures on agreed_by_quarter.record = 'provider_return' and measures.declared_item is not null
)

select * from whole
