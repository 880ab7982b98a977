{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The one place that chooses what a measure is held against, for each expectation that it judges and for itself alone.
-- Somebody's agreement beats a suggestion; what was agreed for the expectation beats what was agreed for the one that
-- it repeats, and that what was agreed for the measure wherever it stands; of two agreements the newer.
with

thresholds as (
    select * from {{ ref("thresholds") }}
    where purpose = 'judges'
),

measures as (
    select * from {{ ref("measures") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

held as (
    select
        expectation_id,
        measure_code,
        of_expectation_id
    from {{ ref("expectation_answers") }}
    where judges
    union all
    select
        null::text as expectation_id,
        measure_code,
        null::text as of_expectation_id
    from measures
),

-- What an expectation only repeats says nothing about the measure wherever it stands.
own as (
    select distinct
        expectation_id,
        measure_code
    from {{ ref("expectation_answers") }}
    where judges and of_expectation_id is null
),

-- What was agreed after a quarter's end says nothing about the quarter.
candidates as (
    select
        held.expectation_id,
        held.measure_code,
        quarters.quarter_id,
        quarters.period_end_on,
        thresholds.threshold_id,
        thresholds.plain_words,
        thresholds.operator,
        thresholds.value,
        thresholds.owner_kind,
        thresholds.owner,
        thresholds.agreed_on,
        thresholds.owner is not null and thresholds.agreed_on is not null as is_owned,
        case
            when thresholds.expectation_id = held.expectation_id then 0
            when thresholds.expectation_id = held.of_expectation_id then 1
            else 2
        end as distance
    from held
    inner join measures on held.measure_code = measures.measure_code
    inner join thresholds on measures.measure_code = thresholds.measure_code and measures.unit = thresholds.unit
    inner join quarters on thresholds.agreed_on is null or thresholds.agreed_on <= quarters.period_end_on
    left join own
        on thresholds.measure_code = own.measure_code and thresholds.expectation_id = own.expectation_id
    where
        thresholds.expectation_id is null
        or thresholds.expectation_id in (held.expectation_id, held.of_expectation_id)
        or (held.expectation_id is null and own.expectation_id is not null)
),

chosen as (
    select distinct on (expectation_id, measure_code, quarter_id) *
    from candidates
    order by
        expectation_id asc,
        measure_code asc,
        quarter_id asc,
        is_owned desc,
        distance asc,
        agreed_on desc nulls last,
        threshold_id asc
)

select * from chosen
