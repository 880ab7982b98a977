-- Where the region's share went one way while that of every organisation in it went the other: the weights moved.
with

measures as (
    select * from {{ ref("measures") }}
    where scale = 1
),

-- Few answers move up and down by themselves, and a share that was estimated is not its numerator out of its whole.
shares as (
    select
        counted.measure_code,
        counted.icb_code,
        counted.organisation_code,
        counted.quarter_id,
        counted.period_start_on,
        counted.numerator,
        counted.denominator,
        counted.numerator::double precision / counted.denominator as share
    from {{ ref("fct_measures") }} as counted
    inner join measures on counted.measure_code = measures.measure_code
    where
        counted.period_kind = 'quarter'
        and counted.level = 'organisation'
        and counted.value_state = 'counted'
        and counted.denominator >= greatest(measures.minimum_denominator, 1)
        and abs(counted.value - counted.numerator::double precision / counted.denominator) < 1e-9
),

-- Whoever joined or fell silent between the two quarters is in neither pool.
paired as (
    select
        later.measure_code,
        later.icb_code,
        later.organisation_code,
        later.quarter_id,
        later.period_start_on,
        earlier.quarter_id as quarter_before_id,
        earlier.numerator as numerator_before,
        earlier.denominator as denominator_before,
        later.numerator,
        later.denominator,
        sign(later.share - earlier.share) as direction
    from shares as later
    inner join shares as earlier
        on
            later.measure_code = earlier.measure_code
            and later.icb_code = earlier.icb_code
            and later.organisation_code = earlier.organisation_code
            and later.period_start_on - interval '3 months' = earlier.period_start_on
),

pooled as (
    select
        measure_code,
        icb_code,
        quarter_id,
        period_start_on,
        quarter_before_id,
        count(*) as organisation_count,
        min(direction) as least_direction,
        max(direction) as greatest_direction,
        sum(numerator_before)::bigint as numerator_before,
        sum(denominator_before)::bigint as denominator_before,
        sum(numerator)::bigint as numerator,
        sum(denominator)::bigint as denominator,
        sum(numerator_before)::double precision / sum(denominator_before) as pooled_share_before,
        sum(numerator)::double precision / sum(denominator) as pooled_share
    from paired
    group by measure_code, icb_code, quarter_id, period_start_on, quarter_before_id
),

-- What each would come to with the earlier quarter's weights: the movement without the change of weights.
weighted as (
    select
        paired.measure_code,
        paired.icb_code,
        paired.quarter_id,
        sum(
            paired.denominator_before::double precision
            / pooled.denominator_before * paired.numerator / paired.denominator
        ) as share_at_earlier_weights
    from paired
    inner join pooled
        on
            paired.measure_code = pooled.measure_code
            and paired.icb_code = pooled.icb_code
            and paired.quarter_id = pooled.quarter_id
    group by paired.measure_code, paired.icb_code, paired.quarter_id
),

reversed as (
    select
        pooled.measure_code,
        pooled.icb_code,
        pooled.quarter_id,
        pooled.quarter_before_id,
        pooled.organisation_count,
        pooled.numerator_before,
        pooled.denominator_before,
        pooled.pooled_share_before,
        pooled.numerator,
        pooled.denominator,
        pooled.pooled_share,
        weighted.share_at_earlier_weights,
        case when pooled.least_direction = 1 then 'rose' else 'fell' end as each_share,
        case when pooled.least_direction = 1 then 'fell' else 'rose' end as pooled_share_direction
    from pooled
    inner join weighted
        on
            pooled.measure_code = weighted.measure_code
            and pooled.icb_code = weighted.icb_code
            and pooled.quarter_id = weighted.quarter_id
    where
        pooled.organisation_count >= 2
        and pooled.least_direction = pooled.greatest_direction
        and pooled.least_direction * sign(pooled.pooled_share - pooled.pooled_share_before) = -1
)

select * from reversed
