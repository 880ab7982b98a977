{#
Judge every point of a time series by the XmR rules of "Making Data Count", and name the two icons of each series.

The rules are those of NHSRplotthedots 0.2.2 (MIT), row for row, unless the caller names another set of spc_rules.sql.
Nothing here needs dbt: both files render in a dbt model and by bare jinja2 alike, and spc_points and spc_icons each
render to one whole query, to be wrapped in a CTE by the caller:

    with points as (...), options as (...), judged as ({{ spc_points("points", "options") }})
    select * from judged

points   one row per (series_id, idx): series_id text, idx int (the order in its series, gaps allowed), x date or text,
         y double precision (null = missing or suppressed), rebase_here int or boolean (true = a new group begins here).
options  at most one row per series_id: improvement_direction (increase | decrease | neutral), target double precision,
         screen_outliers boolean, fix_after_n_points int. A series without a row, and a null, mean: neutral, no target,
         outliers screened or not as the rule set has it, limits from all points.

What a missing point does (NHSRplotthedots leaves it open; the other sets do the same with a null):
- it is a row, never a zero: it keeps its group's mean and limits, and its flags, special cause and point type are null;
- no moving range is taken across it, on either side;
- shifts, trends and two-of-threes neither contain it nor continue past it;
- it does not count towards the points below which a group is short;
- it does count as a row of fix_after_n_points, so a date turns into a number of rows, and a gap before the date
  never lets a later point into frozen limits.
A period without any row cannot be seen here: give every period that was due its row.
#}

{# The mean of decimals as they are written, correctly rounded. In binary, thirteen times 0.1 has a mean just below 0.1,
   and a flat line would lie wholly "above" its own mean and be called a shift. The package averages in extended binary:
   it agrees, save that now and then it finds a decimal that equals its mean to lie beside it by the last bit. -#}
{% macro spc_mean(column) -%}
    avg(({{ column }})::text::numeric)
{%- endmacro %}


{# One row per row of points: what was given, its group's mean and limits, and what the rules say of it.
   Limits are in the unit of y; relative_to_mean is -1, 0 or 1. #}
{% macro spc_points(points, options, rules="nhsrplotthedots") %}
with spc_given as (

    select
        given.series_id,
        given.idx,
        given.x,
        given.y::double precision as y,
        (coalesce(given.rebase_here::int, 0) <> 0)::int as rebase_here,
        case chosen.improvement_direction
            when 'increase' then 1
            when 'decrease' then -1
            else 0
        end as direction,
        coalesce(chosen.screen_outliers, {{ spc_rule(rules, "screens") }}) as is_screened,
        chosen.fix_after_n_points
    from {{ points }} as given
    left join {{ options }} as chosen
        on given.series_id = chosen.series_id

),

spc_grouped as (

    select
        *,
        (sum(rebase_here) over (
            partition by series_id
            order by idx
            rows unbounded preceding
        ))::int as rebase_group
    from spc_given

),

spc_fixed as (

    select
        *,
        case
            when
                fix_after_n_points is null
                or row_number() over (partition by series_id, rebase_group order by idx) <= fix_after_n_points
                then y
        end as fixed_y
    from spc_grouped

),

spc_ranged as (

    select
        *,
        ({{ spc_mean("fixed_y") }} over the_group)::double precision as mean_of_all,
        {{ spc_is_short(rules) }} as short_group_warning,
        -- Null beside a missing point, so that no range is taken across a gap.
        abs(fixed_y - lag(fixed_y) over (the_group order by idx)) as moving_range
    from spc_fixed
    window the_group as (partition by series_id, rebase_group)

),

-- One pass of screening. By the package's "strictly less" a flat series loses all its ranges (none is less than zero)
-- and has no limits.
spc_screened as (

    select
        *,
        case
            when
                not is_screened
                or moving_range {{ spc_rule(rules, "keeps") }} 3.267
                * ({{ spc_mean("moving_range") }} over the_group)::double precision
                then moving_range
        end as kept_range
    from spc_ranged
    window the_group as (partition by series_id, rebase_group)

),

spc_averaged as (

    select
        *,
        {% if spc_rule(rules, "screens_mean") == "true" -%}
        ({{ spc_mean("case when kept_range is not null or moving_range is null then fixed_y end") }} over the_group)
            ::double precision as mean,
        {%- else -%}
        mean_of_all as mean,
        {%- endif %}
        ({{ spc_mean("kept_range") }} over the_group)::double precision as average_range
    from spc_screened
    window the_group as (partition by series_id, rebase_group)

),

spc_limited as (

    select
        *,
        mean - 2.66 * average_range as lpl,
        mean + 2.66 * average_range as upl,
        -- Two thirds of the way to the limit. Divided in double precision, as the package does it.
        mean - 2 * (2.66::double precision / 3) * average_range as near_lpl,
        mean + 2 * (2.66::double precision / 3) * average_range as near_upl
    from spc_averaged

),

spc_compared as (

    select
        *,
        y > upl or y < lpl as outside_limits,
        sign(y - mean)::int as relative_to_mean,
        not (y > upl or y < lpl) and (y > near_upl or y < near_lpl) as close_to_limits,
        sign(y - lag(y) over (partition by {{ spc_rule(rules, "trend_within") }} order by idx))::int as step
    from spc_limited

),

-- Does a pattern end here? A sum reaches its full height only if every row of the window says the same:
-- a point on the mean, a tie, a missing point (null, as is the step after it) or the edge of a group leaves it short.
spc_ended as (

    select
        *,
        abs(sum(relative_to_mean) over last_seven) = 7 as shift_ends,
        sum(step) over last_six = 6 as rise_ends,
        sum(step) over last_six = -6 as fall_ends,
        sum(close_to_limits::int) over last_three >= 2
        and abs(sum(relative_to_mean) over last_three) = 3 as two_of_three_ends
    from spc_compared
    window
        in_order as (partition by series_id, rebase_group order by idx),
        last_three as (in_order rows 2 preceding),
        last_seven as (in_order rows 6 preceding),
        trend_order as (partition by {{ spc_rule(rules, "trend_within") }} order by idx),
        -- Seven points have six steps between them.
        last_six as (trend_order rows 5 preceding)

),

-- A point belongs to every pattern that ends at it or soon after it.
spc_joined as (

    select
        *,
        coalesce(bool_or(shift_ends) over next_seven, false) as is_in_shift,
        coalesce(bool_or(rise_ends) over next_of_trend, false) as is_in_rise,
        coalesce(bool_or(fall_ends) over next_of_trend, false) as is_in_fall,
        coalesce(close_to_limits and bool_or(two_of_three_ends) over next_three, false) as is_in_two_of_three
    from spc_ended
    window
        in_order as (partition by series_id, rebase_group order by idx),
        next_three as (in_order rows between current row and 2 following),
        next_seven as (in_order rows between current row and 6 following),
        trend_order as (partition by {{ spc_rule(rules, "trend_within") }} order by idx),
        next_of_trend as (trend_order rows between current row and 6 following)

),

{% if spc_rule(rules, "conflict") == "precedence" -%}
-- Where two trends meet, the package takes the step to the right; so the last point of a trend with another trend
-- straight after it is named by the step between the two. The last point of a series is never touched by this.
spc_turned as (

    select
        *,
        case
            when (is_in_rise or is_in_fall) and lead(is_in_rise or is_in_fall) over in_order
                then lead(step) over in_order
            else step
        end as trend_step
    from spc_joined
    window in_order as (partition by series_id, rebase_group order by idx)

),

-- The order of these lines is the order of precedence.
spc_ruled as (

    select
        *,
        case
            when y is null then null
            when outside_limits then 'outside'
            when is_in_rise or is_in_fall then 'trend'
            when is_in_two_of_three then 'two of three'
            when is_in_shift then 'shift'
            else 'common'
        end as rule
    from spc_turned

),

-- A trend is high when it rises, whichever side of the mean its points lie on.
spc_sided as (

    select
        *,
        case rule
            when 'common' then 0
            when 'trend' then case when trend_step = 1 then 1 else -1 end
            else relative_to_mean
        end as signal,
        rule = 'outside' as is_outside,
        rule = 'trend' and trend_step = 1 as is_rising,
        rule = 'trend' and coalesce(trend_step, 0) <> 1 as is_falling,
        rule = 'two of three' as is_two_of_three,
        rule = 'shift' as is_shift
    from spc_ruled

),
{%- else -%}
-- Every rule is told by itself. A point without limits lies outside none.
spc_ruled as (

    select
        *,
        coalesce(outside_limits, false) as is_outside,
        is_in_rise as is_rising,
        is_in_fall as is_falling,
        is_in_two_of_three as is_two_of_three,
        is_in_shift as is_shift
    from spc_joined

),

spc_called as (

    select
        *,
        is_rising or (relative_to_mean = 1 and (is_outside or is_two_of_three or is_shift)) as is_high,
        is_falling or (relative_to_mean = -1 and (is_outside or is_two_of_three or is_shift)) as is_low
    from spc_ruled

),

-- A rising trend below the mean is high and low at once. Where no direction is better, high is shown.
spc_sided as (

    select
        *,
        case
            when y is null then null
            when is_high and is_low and direction <> 0
                then {{ "direction" if spc_rule(rules, "conflict") == "improvement" else "-direction" }}
            when is_high then 1
            when is_low then -1
            else 0
        end as signal
    from spc_called

),
{%- endif %}

spc_named as (

    select
        series_id,
        idx,
        x,
        y,
        rebase_here,
        rebase_group,
        mean,
        lpl,
        upl,
        outside_limits,
        relative_to_mean,
        close_to_limits,
        case
            when signal is null then null
            else coalesce(
                nullif(concat_ws(
                    '; ',
                    case when is_outside then case relative_to_mean when 1 then 'Above UCL' else 'Below LCL' end end,
                    case when is_rising then '7 Point Trend (Increasing)' end,
                    case when is_falling then '7 Point Trend (Decreasing)' end,
                    case
                        when is_two_of_three
                            then case relative_to_mean when 1 then '2 in 3 Above CL' else '2 in 3 Below CL' end
                    end,
                    case
                        when is_shift
                            then case relative_to_mean when 1 then '7 Points Above CL' else '7 Points Below CL' end
                    end
                ), ''),
                'Common Cause'
            )
        end as special_cause_type,
        case
            when signal = 0 then 'common_cause'
            when direction = 0 and signal = 1 then 'special_cause_neutral_high'
            when direction = 0 and signal = -1 then 'special_cause_neutral_low'
            when signal = direction then 'special_cause_improvement'
            when signal = -direction then 'special_cause_concern'
        end as point_type,
        short_group_warning
    from spc_sided

)

select * from spc_named
{% endmacro %}


{# One row per series of judged (the rows of spc_points): its variation and assurance icon, and what they rest on.
   A missing last point does not blank the icons: they speak of the last point there is, whose x is last_x.
   has_limits and is_short let a reader refuse an icon that the rules would still give: with no limits but with a
   target, the package says "inconsistent". #}
{% macro spc_icons(judged, options, rules="nhsrplotthedots") %}
with spc_counted as (

    select
        series_id,
        count(*) filter (where point_type <> 'common_cause') as n_special,
        count(y) as n_points,
        count(*) - count(y) as n_missing
    from {{ judged }}
    group by series_id

),

spc_last as (

    select distinct on (series_id)
        series_id,
        x,
        lpl,
        upl,
        point_type,
        short_group_warning
    from {{ judged }}
    where y is not null
    order by
        series_id asc,
        idx desc

),

spc_iconed as (

    select
        counted.series_id,
        latest.point_type as variation_icon,
        case
            when latest.series_id is null or chosen.target is null then null
            when chosen.improvement_direction <> 'neutral' and latest.lpl is null
                then {{ spc_rule(rules, "without_limits") }}
            when chosen.improvement_direction = 'increase' then
                case
                    when chosen.target <{{ spc_rule(rules, "beyond") }} latest.lpl then 'consistent_pass'
                    when chosen.target >{{ spc_rule(rules, "beyond") }} latest.upl then 'consistent_fail'
                    else 'inconsistent'
                end
            when chosen.improvement_direction = 'decrease' then
                case
                    when chosen.target >{{ spc_rule(rules, "beyond") }} latest.upl then 'consistent_pass'
                    when chosen.target <{{ spc_rule(rules, "beyond") }} latest.lpl then 'consistent_fail'
                    else 'inconsistent'
                end
        end as assurance_icon,
        counted.n_special,
        counted.n_points,
        counted.n_missing,
        latest.x as last_x,
        latest.lpl is not null as has_limits,
        coalesce(latest.short_group_warning, true) as is_short,
        '{{ spc_rule(rules, "title") }}' as rule_set
    from spc_counted as counted
    left join spc_last as latest
        on counted.series_id = latest.series_id
    left join {{ options }} as chosen
        on counted.series_id = chosen.series_id

)

select * from spc_iconed
{% endmacro %}


{# The options of each series of mart_spc's rows. A target that moves is held against the limits as it stands in the month
   that the icons speak of: the last that has a point. #}
{% macro spc_latest_options(spc_rows, measures) %}
select distinct on (latest.series_id)
    latest.series_id,
    measures.direction as improvement_direction,
    latest.target,
    null::boolean as screen_outliers,
    null::integer as fix_after_n_points
from {{ spc_rows }} as latest
inner join {{ measures }} as measures on latest.measure_code = measures.measure_code
where latest.y is not null
order by
    latest.series_id asc,
    latest.idx desc
{% endmacro %}
