-- What each organisation, and the region, could show of each expectation that is asked of it, quarter by quarter.
-- The status of an expectation is made of its measures' statuses; the figures beside it are those that decided it.
with

expectations as (
    select * from {{ ref("expectations") }}
),

measures as (
    select * from {{ ref("measures") }}
),

answered as (
    {{ evidence_answered() }}
),

told as (
    {{ evidence_told("answered") }}
),

evidence as (
    select
        concat_ws('/', told.expectation_id, told.icb_code, told.organisation_code, told.quarter_id) as evidence_key,
        told.expectation_id,
        told.icb_code,
        told.organisation_code,
        case when told.organisation_code = 'ALL' then 'region' else 'organisation' end as level,
        told.quarter_id,
        told.period_start_on,
        told.period_end_on,
        expectations.asked_of,
        expectations.answer_kind,
        told.status,
        told.reason_code,
        told.basis as evidence_basis,
        told.measure_codes,
        told.missing_measure_codes,
        told.measure_code,
        told.numerator,
        told.denominator,
        told.value,
        measures.unit,
        told.value_lower,
        told.value_upper,
        told.figures_of,
        told.threshold_id,
        told.threshold_value,
        told.threshold_owner_kind,
        told.threshold_owner,
        told.organisations_asked,
        told.organisations_evidenced,
        expectations.evidence_columns
    from told
    inner join expectations on told.expectation_id = expectations.expectation_id
    left join measures on told.measure_code = measures.measure_code
)

select * from evidence
