-- The same evidence seen through the frameworks that people ask by: which principle of which frame an expectation bears
-- on, and what each organisation could show of it. Nothing is added up: a principle has no status of its own.
with

frames as (
    select * from {{ ref("frames") }}
),

bearing as (
    select * from {{ ref("frame_expectations") }}
),

expectations as (
    select * from {{ ref("expectations") }}
),

evidence as (
    select * from {{ ref("mart_evidence") }}
),

seen as (
    select
        frames.frame_code,
        frames.frame_name,
        frames.principle_code,
        frames.principle_name,
        frames.position as principle_number,
        frames.plain_words,
        evidence.expectation_id,
        expectations.expectation,
        evidence.icb_code,
        evidence.organisation_code,
        evidence.level,
        evidence.quarter_id,
        evidence.period_start_on,
        evidence.period_end_on,
        evidence.status,
        evidence.reason_code,
        evidence.evidence_basis
    from frames
    inner join bearing
        on frames.frame_code = bearing.frame_code and frames.principle_code = bearing.principle_code
    inner join expectations on bearing.expectation_id = expectations.expectation_id
    inner join evidence on bearing.expectation_id = evidence.expectation_id
)

select * from seen
