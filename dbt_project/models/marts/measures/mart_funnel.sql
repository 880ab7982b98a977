-- Each organisation's measure beside all of them together: how far from the pooled value chance alone would carry one
-- of its size. Of few organisations the limits are shown, and no verdict is given.
{%- set levels = [("95", 1.959963984540054, 0.025), ("998", 3.090232306167813, 0.001)] %}
with

-- Money and minutes have no chance of their own to vary by, and a told-back share is read off its curve.
measures as (
    select * from {{ ref("measures") }}
    where method not in ('amount', 'weighted share') and family <> 'told_back'
),

quarters as (
    select * from {{ ref("fct_measures") }}
    where level = 'organisation' and period_kind = 'quarter' and value_state = 'counted'
),

limits as (
    select value as providers_at_least
    from {{ ref("thresholds") }}
    where threshold_id = 'funnel_providers_at_least'
),

-- Only what is counted by the month adds up to a year: a register's groups are the same groups in every quarter.
years as (
    select
        ends.measure_code,
        ends.icb_code,
        ends.organisation_code,
        'year' as period_kind,
        ends.quarter_id,
        sum(parts.numerator)::bigint as numerator,
        sum(parts.denominator)::bigint as denominator
    from quarters as ends
    inner join measures on ends.measure_code = measures.measure_code and measures.is_charted
    inner join quarters as parts
        on
            ends.measure_code = parts.measure_code
            and ends.icb_code = parts.icb_code
            and ends.organisation_code = parts.organisation_code
            and {{ four_quarters_from("ends.period_start_on") }} <= parts.period_start_on
            and ends.period_end_on >= parts.period_end_on
    group by ends.measure_code, ends.icb_code, ends.organisation_code, ends.quarter_id
    having count(*) = 4
),

periods as (
    select
        measure_code,
        icb_code,
        organisation_code,
        period_kind,
        quarter_id,
        numerator,
        denominator
    from quarters
    union all
    select * from years
),

pooled as (
    select
        periods.*,
        measures.scale,
        measures.direction,
        measures.minimum_denominator,
        measures.statistic = 'share' as is_share,
        count(*) over together as provider_count,
        sum(periods.numerator) over together / (sum(periods.denominator) over together)::double precision as target
    from periods
    inner join measures on periods.measure_code = measures.measure_code
    where periods.denominator > 0 and (measures.statistic <> 'share' or periods.numerator <= periods.denominator)
    window together as (
        partition by periods.measure_code, periods.icb_code, periods.period_kind, periods.quarter_id
    )
),

bounded as (
    select
        *
        {%- for level, z, tail in levels %}
        {%- for side in ("lower", "upper") %},
        case
            when is_share then {{ funnel_share_limit("target", "denominator", z, side) }}
            else {{ funnel_count_limit("(target * denominator)", z, tail, side) }} / denominator
        end as {{ side }}_{{ level }}
        {%- endfor %}
        {%- endfor %}
    from pooled
),

placed as (
    select
        *,
        case
            when numerator > upper_998 * denominator then 'above_998'
            when numerator < lower_998 * denominator then 'below_998'
            when numerator > upper_95 * denominator then 'above_95'
            when numerator < lower_95 * denominator then 'below_95'
            else 'within'
        end as position
    from bounded
),

judged as (
    select
        placed.measure_code,
        placed.icb_code,
        placed.organisation_code,
        placed.period_kind,
        placed.quarter_id,
        placed.numerator,
        placed.denominator,
        placed.numerator * placed.scale / placed.denominator::double precision as value,
        measures.unit,
        placed.target * placed.scale as target,
        placed.lower_95 * placed.scale as lower_95,
        placed.upper_95 * placed.scale as upper_95,
        placed.lower_998 * placed.scale as lower_998,
        placed.upper_998 * placed.scale as upper_998,
        placed.provider_count,
        placed.position,
        case
            when placed.provider_count < limits.providers_at_least then 'too_few_providers'
            when placed.denominator < placed.minimum_denominator then 'too_few_to_say'
            when placed.position = 'within' then 'within'
            when placed.position in ('above_95', 'below_95') then 'watch'
            when placed.direction = 'neutral' then split_part(placed.position, '_', 1)
            when (placed.position = 'above_998') = (placed.direction = 'increase') then 'better'
            else 'worse'
        end as verdict
    from placed
    inner join measures on placed.measure_code = measures.measure_code
    cross join limits
)

select * from judged
