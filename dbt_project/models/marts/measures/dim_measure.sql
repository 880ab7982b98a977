with

measures as (
    select
        measure_code,
        plain_name as measure_name,
        family,
        section,
        display_order::integer as display_order,
        numerator as numerator_words,
        denominator as denominator_words,
        unit,
        statistic,
        scale,
        direction as improvement_direction,
        clock,
        method,
        minimum_denominator,
        disclosure_class,
        denominator_class,
        decimals,
        is_charted,
        is_published_by_service,
        silence_means,
        valid_from
    from {{ ref("measures") }}
)

select * from measures
