{#
The months before and after each change, for each measure that it names: what every question about a change's effect asks.

Renders to CTEs, not to a query: put it first behind `with`, and a comma follows. What reads on: `named`, one row per
change and measure, and `kept`, one row per month of it with `is_before` and `is_left_out`.
-#}
{% macro effect_months() -%}
changes as (
    select * from {{ ref("fct_changes") }}
    where implemented_on is not null
),

measures as (
    select * from {{ ref("measures") }}
),

limits as (
    select
        max(value) filter (where threshold_id = 'effect_months_looked_back')::integer as most_months_before,
        max(value) filter (where threshold_id = 'effect_months_before')::integer as least_months_before,
        max(value) filter (where threshold_id = 'effect_months_after')::integer as least_months_after,
        max(value) filter (where threshold_id = 'effect_months_missing') as most_missing_share,
        max(value) filter (where threshold_id = 'effect_months_outlying') as most_outlying_share
    from {{ ref("thresholds") }}
),

spc_rows as (
    select * from {{ ref("mart_spc") }}
),

-- A month in which the change began belongs to neither side.
named as (
    select
        changes.change_key || '/' || named_measures.measure_code as effect_key,
        changes.change_key,
        changes.change_id,
        changes.icb_code,
        changes.organisation_code,
        changes.service_id,
        named_measures.measure_code,
        measures.direction,
        measures.statistic = 'share' as is_share,
        concat_ws('/', named_measures.measure_code, changes.organisation_code, changes.service_id) as series_id,
        changes.implemented_on,
        changes.first_decided_on,
        {{ month_start("changes.implemented_on") }} as baseline_before_on,
        ({{ month_start("changes.implemented_on") }} - make_interval(months => limits.most_months_before))::date
            as baseline_from_on,
        case
            when changes.implemented_on = {{ month_start("changes.implemented_on") }} then changes.implemented_on
            else ({{ month_start("changes.implemented_on") }} + interval '1 month')::date
        end as after_from_on,
        limits.*
    from changes
    cross join limits
    cross join lateral unnest(changes.measure_codes) as named_measures (measure_code)
    left join measures on named_measures.measure_code = measures.measure_code
),

sided as (
    select
        named.*,
        spc_rows.idx,
        spc_rows.rebase_group,
        spc_rows.period_start_on,
        spc_rows.numerator,
        spc_rows.denominator,
        spc_rows.y,
        spc_rows.period_start_on < named.baseline_before_on as is_before
    from named
    inner join spc_rows
        on
            named.series_id = spc_rows.series_id
            and named.baseline_from_on <= spc_rows.period_start_on
            and (
                named.baseline_before_on > spc_rows.period_start_on
                or named.after_from_on <= spc_rows.period_start_on
            )
),

counted_alike as (
    select
        *,
        coalesce(
            max(rebase_group) filter (where is_before) over (partition by effect_key),
            min(rebase_group) over (partition by effect_key)
        ) as standing_group
    from sided
),

-- What is counted in another way than just before the change is compared with nothing: a new form that counts less is no
-- improvement.
windows as (
    select *
    from counted_alike
    where rebase_group = standing_group
),

recounted as (
    select
        effect_key,
        count(*) filter (where is_before) as before_months,
        count(*) filter (where not is_before) as after_months
    from counted_alike
    where rebase_group <> standing_group
    group by effect_key
),

baseline_points as (
    select
        effect_key as series_id,
        idx,
        period_start_on as x,
        y,
        false as rebase_here
    from windows
    where is_before
),

no_options as (
    select
        effect_key as series_id,
        direction as improvement_direction,
        null::double precision as target,
        true as screen_outliers,
        null::integer as fix_after_n_points
    from named
),

baseline_judged as (
    {{ spc_points("baseline_points", "no_options") }}
),

-- One bad month before the change would lift the mean and make every ordinary month after it look good: months outside
-- the baseline's own limits are left out of it, once. Many of them are no accident but how the series is.
kept as (
    select
        windows.*,
        coalesce(
            baseline_judged.outside_limits
            and count(*) filter (where baseline_judged.outside_limits) over (partition by windows.effect_key)
            <= windows.most_outlying_share
            * count(windows.y) filter (where windows.is_before) over (partition by windows.effect_key),
            false
        ) as is_left_out
    from windows
    left join baseline_judged
        on
            windows.effect_key = baseline_judged.series_id
            and windows.idx = baseline_judged.idx
            and windows.is_before
),
{%- endmacro %}
