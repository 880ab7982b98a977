with

-- A definition belongs to every edition, and an edition to one ICB.
icbs as (
    select distinct icb_code from {{ ref("pub_organisations_now") }}
),

measures as (
    select * from {{ ref("measures") }}
),

judging as (
    select * from {{ ref("judging_thresholds") }}
    where expectation_id is null and quarter_id = '{{ var("report_quarter") }}'
),

-- Where nothing judges a measure, what says what it counts as in time.
defining as (
    select distinct on (measure_code)
        measure_code,
        plain_words,
        owner
    from {{ ref("thresholds") }}
    where purpose = 'defines'
    order by
        measure_code asc,
        owner asc nulls last,
        threshold_id desc
),

described as (
    select
        icbs.icb_code,
        measures.measure_code,
        measures.plain_name,
        measures.numerator,
        measures.denominator,
        measures.unit,
        measures.direction as improvement_direction,
        measures.clock,
        measures.method,
        measures.source_records,
        measures.minimum_denominator,
        measures.disclosure_class,
        measures.section,
        measures.display_order,
        coalesce(judging.plain_words, defining.plain_words) as threshold_words,
        case when judging.threshold_id is null then defining.owner else judging.owner end as threshold_owner,
        measures.valid_from
    from measures
    cross join icbs
    left join judging on measures.measure_code = judging.measure_code
    left join defining on measures.measure_code = defining.measure_code
)

select * from described
