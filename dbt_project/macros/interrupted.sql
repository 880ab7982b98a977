{#
Did a series of counts step or turn at a date? Segmented regression of an interrupted time series (Wagner 2002; Bernal
2017): a Poisson regression of the counts on the time before and after, with the denominators as offset,

    ln E(count) = ln denominator + b0 + b1 t + b2 after + b3 t after,        t in months, 0 in the first month after.

Its errors are the wider of two, so that neither overdispersion nor what one month carries into the next makes it too sure:
quasi-Poisson's, and those of Newey and West (1987) with Bartlett weights up to lag 4 (n / 100)^(2/9), rounded down (1994),
and n / (n - 4) for the few points. Alone, the latter see a step in one of six series in which nothing happened; together,
and with Student's quantile, in one of twenty, or of twelve where four tenths of a month carry over into the next
(simulated: 24 months before and 12 since; the tests hold it to the first).
Each side has its own level and its own slope, so that the two sides are fitted apart, by Newton's steps, and only the
errors run across. There are no terms for the seasons.

points  one row per series_id and t (whole, gaps allowed): counted (from 0) and denominator (above 0).
-#}

{# One row per series with events on both sides: the step at t = 0 and the turn, as logarithms with their errors, the slope
   before, how far counts scatter beyond Poisson's, how many months were read and up to which lag. Nulls where a side could
   not be fitted: of one month alone, or with all its events at its end. #}
{% macro interrupted_series(points) %}
with recursive its_sides as (

    select
        series_id,
        t >= 0 as is_after,
        array_agg(t order by t) as times,
        array_agg(counted::double precision order by t) as counts,
        array_agg(denominator::double precision order by t) as denominators,
        ln(sum(counted)::double precision / sum(denominator)) as level
    from {{ points }}
    group by series_id, t >= 0
    having sum(counted) > 0

),

its_steps as (

    select
        series_id,
        is_after,
        times,
        counts,
        denominators,
        level,
        0::double precision as slope,
        1::double precision as moved,
        0 as step
    from its_sides
    union all
    select
        so_far.series_id,
        so_far.is_after,
        so_far.times,
        so_far.counts,
        so_far.denominators,
        so_far.level + (sums.s2 * sums.r0 - sums.s1 * sums.r1) / sums.det,
        so_far.slope + (sums.s0 * sums.r1 - sums.s1 * sums.r0) / sums.det,
        greatest(
            abs((sums.s2 * sums.r0 - sums.s1 * sums.r1) / sums.det),
            abs((sums.s0 * sums.r1 - sums.s1 * sums.r0) / sums.det)
        ),
        so_far.step + 1
    from its_steps as so_far
    cross join lateral (
        select
            added.*,
            -- Beside a determinant that is all rounding there is no step.
            case when added.s0 * added.s2 - added.s1 * added.s1 > 1e-9 * added.s0 * added.s2
                then added.s0 * added.s2 - added.s1 * added.s1
            end as det
        from (
            select
                sum(expected.mu) as s0,
                sum(expected.mu * months.t) as s1,
                sum(expected.mu * months.t * months.t) as s2,
                sum(months.counted - expected.mu) as r0,
                sum((months.counted - expected.mu) * months.t) as r1
            from unnest(so_far.times, so_far.counts, so_far.denominators) as months (t, counted, denominator)
            cross join lateral (
                -- Kept within what a number can hold; a fit that comes so far is none, and does not settle.
                select months.denominator * exp(greatest(least(so_far.level + so_far.slope * months.t, 60), -60)) as mu
            ) as expected
        ) as added
    ) as sums
    where so_far.moved > 1e-11 and so_far.step < 40

),

its_last as (

    select distinct on (series_id, is_after)
        series_id,
        is_after,
        level,
        slope,
        coalesce(moved <= 1e-11, false) as is_settled
    from its_steps
    order by series_id, is_after, step desc

),

its_expected as (

    select
        points.series_id,
        points.t,
        points.t >= 0 as is_after,
        points.counted - expected.mu as residual,
        expected.mu,
        sum(expected.mu) over side as s0,
        sum(expected.mu * points.t) over side as s1,
        sum(expected.mu * points.t * points.t) over side as s2
    from {{ points }} as points
    inner join its_last as last_step
        on
            points.series_id = last_step.series_id
            and (points.t >= 0) = last_step.is_after
            and last_step.is_settled
    cross join lateral (
        select points.denominator * exp(last_step.level + last_step.slope * points.t) as mu
    ) as expected
    window side as (partition by points.series_id, points.t >= 0)

),

-- How far each month pulls the step and the turn.
its_pulls as (

    select
        series_id,
        t,
        is_after,
        s2 / (s0 * s2 - s1 * s1) as step_model,
        s0 / (s0 * s2 - s1 * s1) as turn_model,
        residual * residual / mu as chi_square,
        row_number() over (partition by series_id order by t) as place,
        case when is_after then 1 else -1 end * residual * (s2 - s1 * t) / (s0 * s2 - s1 * s1) as step_pull,
        case when is_after then 1 else -1 end * residual * (s0 * t - s1) / (s0 * s2 - s1 * s1) as turn_pull
    from its_expected

),

its_sizes as (

    select
        series_id,
        count(*) as point_count,
        floor(4 * power(count(*) / 100.0, 2 / 9.0))::integer as lag_count,
        sum(chi_square) / nullif(count(*) - 4, 0) as dispersion,
        max(step_model) filter (where is_after) + max(step_model) filter (where not is_after) as step_model,
        max(turn_model) filter (where is_after) + max(turn_model) filter (where not is_after) as turn_model
    from its_pulls
    group by series_id

),

its_variances as (

    select
        sizes.series_id,
        sizes.point_count,
        sizes.lag_count,
        sizes.dispersion,
        {%- for name in ("step", "turn") %}
        greatest(sizes.{{ name }}_model * sizes.dispersion, sum(
            (case when later.place = earlier.place then 1 else 2 end)
            * (1 - (later.place - earlier.place) / (sizes.lag_count + 1.0)::double precision)
            * later.{{ name }}_pull * earlier.{{ name }}_pull
        ) * sizes.point_count / nullif(sizes.point_count - 4, 0)) as {{ name }}_variance
        {{- "," if not loop.last }}
        {%- endfor %}
    from its_sizes as sizes
    inner join its_pulls as later on sizes.series_id = later.series_id
    inner join its_pulls as earlier
        on
            later.series_id = earlier.series_id
            and later.place - earlier.place between 0 and sizes.lag_count
    group by
        sizes.series_id,
        sizes.point_count,
        sizes.lag_count,
        sizes.dispersion,
        sizes.step_model,
        sizes.turn_model

),

its_fitted as (

    select
        before.series_id,
        case when before.is_settled and later.is_settled then later.level - before.level end as step,
        case when before.is_settled and later.is_settled then sqrt(variances.step_variance) end as step_error,
        case when before.is_settled and later.is_settled then later.slope - before.slope end as turn,
        case when before.is_settled and later.is_settled then sqrt(variances.turn_variance) end as turn_error,
        case when before.is_settled and later.is_settled then before.slope end as slope_before,
        case when before.is_settled and later.is_settled then variances.dispersion end as dispersion,
        variances.point_count,
        variances.lag_count
    from its_last as before
    inner join its_last as later on before.series_id = later.series_id and not before.is_after and later.is_after
    left join its_variances as variances on before.series_id = variances.series_id

)

select * from its_fitted
{% endmacro %}
