with

-- A definition belongs to every edition, and an edition to one ICB.
icbs as (
    select distinct icb_code from {{ ref("pub_organisations_now") }}
),

measures as (
    select * from {{ ref("measures") }}
    where section is not null
),

-- The first threshold of a measure that judges it; where there is none, the one that says what it counts as in time.
thresholds as (
    select distinct on (thresholds.measure_code) thresholds.*
    from {{ ref("thresholds") }} as thresholds
    inner join measures on thresholds.measure_code = measures.measure_code
    order by
        thresholds.measure_code asc,
        (thresholds.unit = measures.unit) desc,
        thresholds.owner asc nulls last,
        thresholds.threshold_id desc
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
        measures.minimum_denominator,
        measures.disclosure_class,
        measures.section,
        measures.display_order,
        thresholds.plain_words as threshold_words,
        thresholds.owner as threshold_owner,
        measures.valid_from
    from measures
    cross join icbs
    left join thresholds on measures.measure_code = thresholds.measure_code
)

select * from described
