-- The same evidence seen through the frameworks that people ask by: which principle of which frame an expectation bears
-- on, and what each organisation could show of it. Nothing is added up: a principle has no status of its own. One that
-- no expectation bears on is a row of each region, with the reason: left out, a framework would look answered in full.
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

regions as (
    select distinct
        icb_code,
        organisation_code,
        level,
        quarter_id,
        period_start_on,
        period_end_on
    from evidence
    where level = 'region'
),

borne_on as (
    select
        bearing.frame_code,
        bearing.principle_code,
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
    from bearing
    inner join expectations on bearing.expectation_id = expectations.expectation_id
    inner join evidence on bearing.expectation_id = evidence.expectation_id
),

borne_on_by_nothing as (
    select
        frames.frame_code,
        frames.principle_code,
        null::text as expectation_id,
        null::text as expectation,
        regions.icb_code,
        regions.organisation_code,
        regions.level,
        regions.quarter_id,
        regions.period_start_on,
        regions.period_end_on,
        null::text as status,
        null::text as reason_code,
        null::text as evidence_basis
    from frames
    cross join regions
    where
        not exists (
            select 1
            from bearing
            where bearing.frame_code = frames.frame_code and bearing.principle_code = frames.principle_code
        )
),

together as (
    select * from borne_on
    union all
    select * from borne_on_by_nothing
),

seen as (
    select
        together.frame_code,
        frames.frame_name,
        together.principle_code,
        frames.principle_name,
        frames.position as principle_number,
        frames.plain_words,
        frames.source,
        frames.attribution,
        together.expectation_id,
        together.expectation,
        together.icb_code,
        together.organisation_code,
        together.level,
        together.quarter_id,
        together.period_start_on,
        together.period_end_on,
        together.status,
        together.reason_code,
        together.evidence_basis,
        frames.without_because
    from together
    inner join frames on together.frame_code = frames.frame_code and together.principle_code = frames.principle_code
)

select * from seen
