with

representation as (
    select * from {{ ref("mart_representation") }}
    where is_known_well_enough and known_count > 0
),

against as (
    select
        representation.icb_code,
        representation.organisation_code,
        representation.quarter_id,
        representation.basis,
        representation.characteristic,
        sides.comparator,
        representation.known_count,
        representation.value_count,
        sides.comparator_share,
        -- Whoever gave several values counts in each: over all of them the shares would come to more than one.
        sum(representation.value_count) over (
            partition by
                representation.icb_code, representation.organisation_code, representation.quarter_id,
                representation.basis, representation.characteristic, sides.comparator
        )::double precision as given_count
    from representation
    cross join
        lateral (
            values ('residents', representation.residents_share), ('caseload', representation.caseload_share)
        ) as sides (comparator, comparator_share)
),

-- A value that somebody gave and the comparator does not tell leaves nothing to hold the whole against.
measured as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        basis,
        characteristic,
        comparator,
        max(known_count) as known_count,
        sum(abs(value_count / given_count - coalesce(comparator_share, 0))) / 2 as dissimilarity,
        sum(sqrt(2 * comparator_share * (1 - comparator_share) / (pi() * given_count))) / 2 as expected_by_chance
    from against
    -- Answers that the list of values does not hold are none that could be shared out.
    where given_count > 0
    group by icb_code, organisation_code, quarter_id, basis, characteristic, comparator
    having count(comparator_share) > 0 and bool_and(comparator_share is not null or value_count = 0)
)

select * from measured
