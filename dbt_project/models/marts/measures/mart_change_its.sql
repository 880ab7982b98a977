-- Each change's measure as an interrupted time series: did it step or turn at the date that the decision log gives? It
-- stands beside the verdict of mart_change_effects and never in its place.
with

{{ effect_months() }}

its_limits as (
    select
        max(value) filter (where threshold_id = 'its_months_each_side')::integer as least_months,
        max(value) filter (where threshold_id = 'its_placebo_months_each_side')::integer as least_placebo_months
    from {{ ref("thresholds") }}
),

-- The months that the verdict rests on, counted from the first whole month after the change.
months as (
    select
        effect_key,
        is_before,
        numerator,
        denominator,
        period_start_on,
        (
            12 * (extract(year from period_start_on) - extract(year from after_from_on))
            + extract(month from period_start_on) - extract(month from after_from_on)
        )::integer as t,
        row_number() over (partition by effect_key, is_before order by period_start_on) as place,
        count(*) filter (where is_before) over (partition by effect_key) as before_count
    from kept
    where y is not null and not is_left_out
),

counted as (
    select
        effect_key,
        count(*) filter (where is_before) as before_points,
        count(*) filter (where not is_before) as after_points,
        coalesce(sum(numerator) filter (where is_before), 0) as before_numerator,
        coalesce(sum(numerator) filter (where not is_before), 0) as after_numerator
    from months
    group by effect_key
),

-- In the middle of the months before, where nothing happened: whatever steps there says how easily this series steps.
placebos as (
    select
        months.effect_key,
        months.period_start_on as placebo_on,
        months.t as placebo_t
    from months
    cross join its_limits
    where
        months.is_before
        and months.place = months.before_count / 2 + 1
        and months.before_count >= 2 * its_limits.least_placebo_months
),

reasoned as (
    select
        named.*,
        coalesce(counted.before_points, 0) as before_points,
        coalesce(counted.after_points, 0) as after_points,
        case
            when named.first_decided_on is null then 'no_decision'
            when named.implemented_on < named.first_decided_on then 'change_before_decision'
            when counted.effect_key is null then 'no_series'
            when
                (counted.before_points < its_limits.least_months and recounted.before_months > 0)
                or (counted.after_points < its_limits.least_months and recounted.after_months > 0)
                then 'counting_changed'
            when counted.before_points < its_limits.least_months then 'too_few_months_before'
            when counted.after_points < its_limits.least_months then 'too_few_months_after'
            when counted.before_numerator = 0 or counted.after_numerator = 0 then 'no_events'
        end as refusal
    from named
    cross join its_limits
    left join counted on named.effect_key = counted.effect_key
    left join recounted on named.effect_key = recounted.effect_key
),

points as (
    select
        months.effect_key as series_id,
        months.t,
        months.numerator as counted,
        months.denominator
    from months
    inner join reasoned on months.effect_key = reasoned.effect_key
    where reasoned.refusal is null
),

placebo_points as (
    select
        months.effect_key as series_id,
        months.t - placebos.placebo_t as t,
        months.numerator as counted,
        months.denominator
    from months
    inner join placebos on months.effect_key = placebos.effect_key
    inner join reasoned on months.effect_key = reasoned.effect_key
    where months.is_before and reasoned.refusal is null
),

lines as (
    {{ interrupted_series("points") }}
),

placebo_lines as (
    {{ interrupted_series("placebo_points") }}
),

-- Four numbers are fitted to the months.
fitted as (
    select
        *,
        {{ student_975("(point_count - 4)") }} * step_error as step_spread,
        {{ student_975("(point_count - 4)") }} * turn_error as turn_spread
    from lines
),

placebo_fitted as (
    select
        *,
        {{ student_975("(point_count - 4)") }} * step_error as step_spread
    from placebo_lines
),

stated as (
    select
        reasoned.effect_key,
        reasoned.change_key,
        reasoned.change_id,
        reasoned.icb_code,
        reasoned.organisation_code,
        reasoned.service_id,
        reasoned.measure_code,
        reasoned.series_id,
        reasoned.implemented_on,
        coalesce(reasoned.refusal, case when fitted.step_error > 0 then 'fitted' else 'not_fitted' end) as state,
        reasoned.before_points,
        reasoned.after_points,
        {{ bounded_exp("12 * fitted.slope_before") }} as slope_before_per_year,
        {{ bounded_exp("fitted.step") }} as step_ratio,
        {{ bounded_exp("fitted.step - fitted.step_spread") }} as step_lower,
        {{ bounded_exp("fitted.step + fitted.step_spread") }} as step_upper,
        {{ bounded_exp("12 * fitted.turn") }} as turn_per_year,
        {{ bounded_exp("12 * (fitted.turn - fitted.turn_spread)") }} as turn_lower,
        {{ bounded_exp("12 * (fitted.turn + fitted.turn_spread)") }} as turn_upper,
        fitted.dispersion,
        fitted.lag_count,
        case when placebo_fitted.step_error > 0 then placebos.placebo_on end as placebo_on,
        {{ bounded_exp("placebo_fitted.step") }} as placebo_ratio,
        {{ bounded_exp("placebo_fitted.step - placebo_fitted.step_spread") }} as placebo_lower,
        {{ bounded_exp("placebo_fitted.step + placebo_fitted.step_spread") }} as placebo_upper
    from reasoned
    left join fitted on reasoned.effect_key = fitted.series_id
    left join placebos on reasoned.effect_key = placebos.effect_key
    left join placebo_fitted on reasoned.effect_key = placebo_fitted.series_id
),

judged as (
    select
        *,
        case
            when state <> 'fitted' then null
            when step_upper < 1 then 'down'
            when step_lower > 1 then 'up'
            else 'no_step'
        end as step_side,
        case when placebo_on is not null then placebo_lower <= 1 and placebo_upper >= 1 end as is_placebo_still
    from stated
)

select * from judged
