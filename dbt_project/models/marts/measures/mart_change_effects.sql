-- Did the measure that a change named move after it? Limits are frozen on the months before; the date is the decision
-- log's. What is found is associated with the change, never caused by it.
with

{{ effect_months() }}

-- An empty row between the two sides keeps a run that began before the change from being completed after it.
all_points as (
    select
        effect_key as series_id,
        case when is_before then idx * 2 else idx * 2 + 1 end as idx,
        period_start_on as x,
        case when not is_left_out then y end as y,
        false as rebase_here
    from kept
    union all
    select
        effect_key as series_id,
        min(idx) * 2 as idx,
        null::date as x,
        null::double precision as y,
        false as rebase_here
    from kept
    where not is_before
    group by effect_key
),

frozen_options as (
    select
        named.effect_key as series_id,
        named.direction as improvement_direction,
        null::double precision as target,
        true as screen_outliers,
        count(*) filter (where windows.is_before)::integer as fix_after_n_points
    from named
    inner join windows on named.effect_key = windows.effect_key
    group by named.effect_key, named.direction
),

all_judged as (
    {{ spc_points("all_points", "frozen_options") }}
),

-- The empty row between the two sides.
between_sides as (
    select
        effect_key,
        max(idx) * 2 as idx
    from windows
    where is_before
    group by effect_key
),

after_judged as (
    select
        all_judged.series_id as effect_key,
        all_judged.mean,
        all_judged.lpl,
        all_judged.upl,
        sum(all_judged.relative_to_mean) over last_seven as seven_points,
        sum(case when all_judged.outside_limits then all_judged.relative_to_mean else 0 end) over last_two
            as two_points
    from all_judged
    inner join between_sides on all_judged.series_id = between_sides.effect_key
    where all_judged.idx > between_sides.idx
    window
        last_seven as (partition by all_judged.series_id order by all_judged.idx rows 6 preceding),
        last_two as (partition by all_judged.series_id order by all_judged.idx rows 1 preceding)
),

signals as (
    select
        effect_key,
        max(mean) as baseline_mean,
        max(lpl) as frozen_lpl,
        max(upl) as frozen_upl,
        bool_or(seven_points = 7 or two_points = 2) as has_high_signal,
        bool_or(seven_points = -7 or two_points = -2) as has_low_signal
    from after_judged
    group by effect_key
),

pooled as (
    select
        effect_key,
        count(*) filter (where is_before) as baseline_months,
        count(y) filter (where is_before) as baseline_points,
        count(*) filter (where is_left_out) as left_out_points,
        count(*) filter (where not is_before) as after_months,
        count(y) filter (where not is_before) as after_points,
        sum(numerator) filter (where is_before and not is_left_out and y is not null) as baseline_numerator,
        sum(denominator) filter (where is_before and not is_left_out and y is not null) as baseline_denominator,
        sum(numerator) filter (where not is_before and y is not null) as after_numerator,
        sum(denominator) filter (where not is_before and y is not null) as after_denominator
    from kept
    group by effect_key
),

-- What the same calendar months were like before: two years hold two of each.
calendar as (
    select
        effect_key,
        extract(month from period_start_on) as calendar_month,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from kept
    where is_before and not is_left_out and y is not null
    group by effect_key, extract(month from period_start_on)
),

seasonal as (
    select
        kept.effect_key,
        sum(kept.numerator) as after_numerator,
        sum(kept.denominator) as after_denominator,
        sum(kept.denominator * calendar.numerator / calendar.denominator) as expected_numerator
    from kept
    inner join calendar
        on
            kept.effect_key = calendar.effect_key
            and extract(month from kept.period_start_on) = calendar.calendar_month
    where not kept.is_before and kept.y is not null
    group by kept.effect_key
),

seasonal_baseline as (
    select
        calendar.effect_key,
        sum(calendar.numerator) as numerator,
        sum(calendar.denominator) as denominator
    from calendar
    where
        exists (
            select 1
            from kept
            where
                kept.effect_key = calendar.effect_key
                and not kept.is_before
                and kept.y is not null
                and extract(month from kept.period_start_on) = calendar.calendar_month
        )
    group by calendar.effect_key
),

gathered as (
    select
        named.*,
        coalesce(pooled.baseline_months, 0) as baseline_months,
        coalesce(pooled.baseline_points, 0) as baseline_points,
        coalesce(pooled.left_out_points, 0) as left_out_points,
        coalesce(pooled.after_months, 0) as after_months,
        coalesce(pooled.after_points, 0) as after_points,
        coalesce(recounted.before_months, 0) as recounted_before_months,
        coalesce(recounted.after_months, 0) as recounted_after_months,
        pooled.baseline_numerator,
        pooled.baseline_denominator,
        pooled.after_numerator,
        pooled.after_denominator,
        signals.baseline_mean,
        signals.frozen_lpl,
        signals.frozen_upl,
        coalesce(signals.has_high_signal, false) as has_high_signal,
        coalesce(signals.has_low_signal, false) as has_low_signal,
        coalesce(pooled.baseline_points, 0) >= named.most_months_before as is_season_checked,
        seasonal.after_numerator as seasonal_after_numerator,
        seasonal.after_denominator as seasonal_after_denominator,
        seasonal.expected_numerator,
        seasonal_baseline.numerator as seasonal_baseline_numerator,
        seasonal_baseline.denominator as seasonal_baseline_denominator
    from named
    left join pooled on named.effect_key = pooled.effect_key
    left join recounted on named.effect_key = recounted.effect_key
    left join signals on named.effect_key = signals.effect_key
    left join seasonal on named.effect_key = seasonal.effect_key
    left join seasonal_baseline on named.effect_key = seasonal_baseline.effect_key
),

-- Half an event is added to both sides where one has none, so that the ratio exists.
measured as (
    select
        *,
        {{ pooled_ratio("after_numerator", "after_denominator", "baseline_numerator", "baseline_denominator") }}
            as effect_ratio,
        {{ log_spread(
            "after_numerator", "after_denominator", "baseline_numerator", "baseline_denominator", "is_share"
        ) }} as log_spread,
        ((seasonal_after_numerator + 0.5) / (nullif(expected_numerator, 0) + 0.5))::double precision as seasonal_ratio,
        {{ log_spread(
            "seasonal_after_numerator", "seasonal_after_denominator",
            "seasonal_baseline_numerator", "seasonal_baseline_denominator", "is_share"
        ) }} as seasonal_log_spread
    from gathered
),

bounded as (
    select
        *,
        effect_ratio * exp(-log_spread) as effect_lower,
        effect_ratio * exp(log_spread) as effect_upper,
        case when is_season_checked then seasonal_ratio * exp(-seasonal_log_spread) end as seasonal_lower,
        case when is_season_checked then seasonal_ratio * exp(seasonal_log_spread) end as seasonal_upper
    from measured
),

moved as (
    select
        *,
        case
            when effect_upper < 1 and has_low_signal then -1
            when effect_lower > 1 and has_high_signal then 1
            else 0
        end as raw_side,
        case
            when not is_season_checked then null
            when seasonal_upper < 1 then -1
            when seasonal_lower > 1 then 1
            else 0
        end as seasonal_side,
        case direction when 'increase' then 1 when 'decrease' then -1 end as better_side
    from bounded
),

-- The order of these lines is the order in which doubt comes first.
reasoned as (
    select
        *,
        case
            when better_side is null then 'measure_has_no_direction'
            when first_decided_on is null then 'no_decision'
            when implemented_on < first_decided_on then 'change_before_decision'
            when baseline_months + after_months = 0 then 'no_series'
            when
                (baseline_points < least_months_before and recounted_before_months > 0)
                or (after_points < least_months_after and recounted_after_months > 0)
                then 'counting_changed'
            when baseline_points < least_months_before then 'too_few_months_before'
            when (baseline_months - baseline_points) > most_missing_share * baseline_months then 'months_missing_before'
            when after_months < least_months_after then 'too_few_months_after'
            when (after_months - after_points) > most_missing_share * after_months then 'months_missing_after'
            when after_points < least_months_after then 'too_few_months_after'
            when raw_side = 0 then 'no_signal'
            when seasonal_side <> raw_side then 'yearly_cycle'
            else 'signal'
        end as reason_code
    from moved
),

verdicts as (
    select
        effect_key,
        change_key,
        change_id,
        icb_code,
        organisation_code,
        service_id,
        measure_code,
        series_id,
        implemented_on,
        first_decided_on,
        case
            when reason_code = 'signal' and raw_side = better_side then 'improved'
            when reason_code = 'signal' then 'worsened'
            when reason_code = 'no_signal' then 'no_signal'
            when reason_code = 'too_few_months_after' then 'too_early'
            else 'cannot_tell'
        end as verdict,
        reason_code,
        is_share,
        baseline_months::integer as baseline_months,
        baseline_points::integer as baseline_points,
        left_out_points::integer as left_out_points,
        after_months::integer as after_months,
        after_points::integer as after_points,
        baseline_mean,
        frozen_lpl,
        frozen_upl,
        baseline_numerator::bigint as baseline_numerator,
        baseline_denominator::bigint as baseline_denominator,
        after_numerator::bigint as after_numerator,
        after_denominator::bigint as after_denominator,
        effect_ratio,
        effect_lower,
        effect_upper,
        is_season_checked,
        case when is_season_checked then seasonal_ratio end as seasonal_ratio,
        seasonal_lower,
        seasonal_upper
    from reasoned
)

select * from verdicts
