with recursive

populations as (
    select * from {{ ref("populations") }}
),

-- What an ICB is made of, in boards as they were counted: itself, and whatever came to it whole or in part since.
parts as (
    select distinct
        icb_code,
        icb_code as counted_code,
        true as is_whole
    from populations
    union all
    select
        succession.successor_code as icb_code,
        parts.counted_code,
        parts.is_whole and succession.is_whole as is_whole
    from parts
    inner join {{ ref("icb_succession") }} as succession on parts.icb_code = succession.predecessor_code
    where succession.succeeded_on <= {{ as_of_on() }}
),

by_census_group as (
    select
        parts.icb_code,
        populations.characteristic,
        populations.value,
        populations.source,
        populations.counted_year,
        populations.population,
        parts.counted_code,
        parts.is_whole
    from parts
    inner join populations on parts.counted_code = populations.icb_code
),

-- The same residents by the codes that senders use.
by_nhs_code as (
    select
        by_census_group.icb_code,
        'ethnicity_nhs_16_plus_1' as characteristic,
        crosswalk.nhs_code as value,
        by_census_group.source,
        by_census_group.counted_year,
        by_census_group.population,
        by_census_group.counted_code,
        by_census_group.is_whole
    from by_census_group
    inner join {{ ref("ethnicity_crosswalk") }} as crosswalk on by_census_group.value = crosswalk.census_value
    where by_census_group.characteristic = 'ethnicity'
),

together as (
    select * from by_census_group
    union all
    select * from by_nhs_code
),

summed as (
    select
        icb_code,
        characteristic,
        value,
        source,
        counted_year,
        -- A part of a board that was split cannot be told from the rest of it.
        case when bool_and(is_whole) then sum(population)::bigint end as population,
        case when bool_and(is_whole) then 'counted' else 'no_comparator' end as value_state,
        string_agg(distinct counted_code, ';' order by counted_code) as counted_icb_codes
    from together
    group by icb_code, characteristic, value, source, counted_year
),

labelled as (
    select
        summed.icb_code,
        summed.characteristic,
        summed.value,
        coalesce(population_values.label, code_lists.label) as value_label,
        summed.population,
        summed.value_state,
        summed.source,
        summed.counted_year,
        summed.counted_icb_codes
    from summed
    left join {{ ref("population_values") }} as population_values
        on summed.characteristic = population_values.characteristic and summed.value = population_values.value
    left join {{ ref("code_lists") }} as code_lists
        on
            summed.characteristic = 'ethnicity_nhs_16_plus_1'
            and code_lists.list_name = 'nhs_16_plus_1'
            and summed.value = code_lists.code
)

select * from labelled
