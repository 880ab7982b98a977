{#
How long things wait, with those that still wait counted for as long as they were watched (Kaplan and Meier 1958).

Each macro renders to one whole query, to be wrapped in a CTE by the caller, in a dbt model and by bare jinja2 alike:

    with waits as (...), curve as ({{ kaplan_meier("waits", ["link"]) }}),
    summary as ({{ kaplan_meier_summary("curve", ["link"], [30, 90]) }})

waits   one row per thing that waits: the keys, none of them null; days (whole, from 0: until it ended, or as long as it
        was watched without an end) and is_ended. Ended and last watched on the same day: the ended come first.
Intervals are of 95 %, by Greenwood's variance on the log-minus-log scale (Greenwood 1926; Kalbfleisch and Prentice, The
Statistical Analysis of Failure Time Data), so that bounds stay between 0 and 1.
-#}

{# One row per key and day on which something ended, with day 0: how many are at risk and ended on the day, how many
   ended so far, the share ended and its bounds, how many there are in all and how long the longest was watched. #}
{% macro kaplan_meier(waits, keys) %}
{%- set the_keys = keys | join(", ") -%}
with km_sizes as (

    select
        {{ the_keys }},
        count(*) as cohort_count,
        max(days) as longest_observed_days
    from {{ waits }}
    group by {{ the_keys }}

),

km_leaving as (

    select
        {{ the_keys }},
        days as day,
        count(*) filter (where is_ended) as ended_count,
        count(*) as leaving_count
    from {{ waits }}
    group by {{ the_keys }}, days

),

km_at_risk as (

    select
        *,
        sum(leaving_count) over (partition by {{ the_keys }} order by day desc) as at_risk_count
    from km_leaving

),

km_stepped as (

    select
        *,
        case
            when at_risk_count = ended_count then 0
            else exp(
                sum(ln(1 - ended_count / at_risk_count::double precision)) filter (where ended_count < at_risk_count)
                    over so_far
            )
        end as waiting_share,
        sum(ended_count / (at_risk_count::double precision * nullif(at_risk_count - ended_count, 0))) over so_far
            as greenwood_sum,
        sum(ended_count) over so_far as ended_so_far_count
    from km_at_risk
    window so_far as (partition by {{ the_keys }} order by day)

),

km_days as (

    select
        {{ the_keys }},
        day,
        at_risk_count,
        ended_count,
        ended_so_far_count,
        waiting_share,
        greenwood_sum
    from km_stepped
    where ended_count > 0
    union all
    -- Every curve begins with nothing ended; where something ended on the day itself, that step is day 0.
    select
        {{ the_keys }},
        0 as day,
        cohort_count as at_risk_count,
        0 as ended_count,
        0 as ended_so_far_count,
        1 as waiting_share,
        0 as greenwood_sum
    from km_sizes
    where
        ({{ the_keys }}) not in (
            select {{ the_keys }}
            from km_stepped
            where day = 0 and ended_count > 0
        )

),

-- No interval while nothing, or once everything, has ended: Greenwood's variance says nothing there.
km_bounded as (

    select
        *,
        case
            when waiting_share > 0 and waiting_share < 1
                then {{ normal_95() }} * sqrt(greenwood_sum) / abs(ln(waiting_share))
        end as spread
    from km_days

),

km_curve as (

    select
        {% for key in keys -%}
        bounded.{{ key }},
        {% endfor -%}
        bounded.day::integer as day,
        bounded.at_risk_count::bigint as at_risk_count,
        bounded.ended_count::bigint as ended_count,
        bounded.ended_so_far_count::bigint as ended_so_far_count,
        -- Nine decimals: products of logarithms end in dust that no two machines need agree on.
        round((1 - bounded.waiting_share)::numeric, 9)::double precision as ended_share,
        round((1 - power(bounded.waiting_share, exp(-bounded.spread)))::numeric, 9)::double precision
            as ended_share_lower,
        round((1 - power(bounded.waiting_share, exp(bounded.spread)))::numeric, 9)::double precision
            as ended_share_upper,
        sizes.cohort_count,
        sizes.longest_observed_days::bigint as longest_observed_days
    from km_bounded as bounded
    inner join km_sizes as sizes
        on
            {% for key in keys -%}
            {{ "and " if not loop.first }}bounded.{{ key }} = sizes.{{ key }}
            {% endfor %}
)

select * from km_curve
{% endmacro %}


{# One row per key of a curve: the median with its interval, and how many and which share ended within each number of days.
   The median's interval is that of Brookmeyer and Crowley (1982): the days on which half lies within the bounds of the
   share, up to the next step beyond them; no upper end is open, and a curve that jumps over half has none at all.
   Where nothing was watched for so many days the curve does not say, unless everything has ended. #}
{% macro kaplan_meier_summary(curve, keys, horizons) %}
{%- set the_keys = keys | join(", ") -%}
with km_covering as (

    select
        {{ the_keys }},
        max(cohort_count) as cohort_count,
        max(ended_so_far_count) as ended_count,
        max(longest_observed_days) as longest_observed_days,
        max(ended_share) = 1 as is_all_ended,
        min(day) filter (where ended_share >= 0.5) as median_days,
        min(day) filter (where ended_share_lower <= 0.5 and ended_share_upper >= 0.5) as first_covering_day,
        max(day) filter (where ended_share_lower <= 0.5 and ended_share_upper >= 0.5) as last_covering_day
    from {{ curve }}
    group by {{ the_keys }}

),

km_summary as (

    select
        {% for key in keys -%}
        covering.{{ key }},
        {% endfor -%}
        covering.cohort_count,
        covering.ended_count,
        covering.longest_observed_days,
        covering.median_days,
        covering.first_covering_day as median_days_lower,
        min(steps.day) filter (where steps.day > covering.last_covering_day) as median_days_upper
        {%- for days in horizons %},
        max(steps.ended_so_far_count) filter (where steps.day <= {{ days }}) as ended_in_{{ days }}_days_count,
        case
            when covering.longest_observed_days >= {{ days }} or covering.is_all_ended
                then max(steps.ended_share) filter (where steps.day <= {{ days }})
        end as share_in_{{ days }}_days
        {%- for side in ("lower", "upper") %},
        case
            when covering.longest_observed_days >= {{ days }} or covering.is_all_ended
                then (
                    array_agg(steps.ended_share_{{ side }} order by steps.day desc) filter (
                        where steps.day <= {{ days }}
                    )
                )[1]
        end as share_in_{{ days }}_days_{{ side }}
        {%- endfor %}
        {%- endfor %}
    from km_covering as covering
    inner join {{ curve }} as steps
        on
            {% for key in keys -%}
            {{ "and " if not loop.first }}covering.{{ key }} = steps.{{ key }}
            {% endfor %}
    group by
        {% for key in keys -%}
        covering.{{ key }},
        {% endfor -%}
        covering.cohort_count,
        covering.ended_count,
        covering.longest_observed_days,
        covering.is_all_ended,
        covering.median_days,
        covering.first_covering_day,
        covering.last_covering_day
)

select * from km_summary
{% endmacro %}


{# Within how many days the share that ended is told: measures of the family told_back name one of them each. #}
{% macro chain_horizons() -%}
    {{ return([30, 90, 180]) }}
{%- endmacro %}
