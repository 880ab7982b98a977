{#
Confidence limits, as expressions on counts: null where a count is null or nothing was observed.

Every limit is of 95 %. `side` is "lower" or "upper". The tests hold each against an independent reference.
#}
{% macro normal_95() -%} 1.959963984540054::double precision {%- endmacro %}

{% macro sign_of(side) -%} {{ "-" if side == "lower" else "+" }} {%- endmacro %}


{# Wilson's score limit of a share, 0 to 1 (Wilson 1927): sound for few and for shares near 0 and 1. #}
{% macro share_limit(numerator, denominator, side) -%}
case
    when {{ denominator }} > 0 and {{ numerator }} between 0 and {{ denominator }}
        then (
            {{ numerator }} + power({{ normal_95() }}, 2) / 2
            {{ sign_of(side) }} {{ normal_95() }} * sqrt(
                {{ numerator }} * (1 - {{ numerator }}::double precision / {{ denominator }})
                + power({{ normal_95() }}, 2) / 4
            )
        ) / ({{ denominator }} + power({{ normal_95() }}, 2))
end
{%- endmacro %}


{#
Limit of a count of events: exact (Garwood 1936) below 10, by Byar's approximation from 10 on (Breslow and Day 1987), the
practice of public health in England. The exact ones are half a chi-square quantile, which Postgres cannot compute.
#}
{% macro count_limit(events, side) -%}
{%- set exact = {
    "lower": [0, 0.025317807984, 0.242209278544, 0.618672122896, 1.089865373626, 1.623486390118, 2.201894253491,
        2.814363051520, 3.453832176749, 4.115373097378],
    "upper": [3.688879454114, 5.571643390939, 7.224687667724, 8.767273069742, 10.241588675404, 11.668332079323,
        13.059474022519, 14.422675361702, 15.763189220193, 17.084803451419],
}[side] -%}
case
    {%- for limit in exact %}
    when {{ events }} = {{ loop.index0 }} then {{ limit }}::double precision
    {%- endfor %}
    when {{ events }} >= 10
        then {% if side == "lower" -%}
            {{ events }} * power(
                1 - 1 / (9 * {{ events }}::double precision) - {{ normal_95() }} / (3 * sqrt({{ events }})), 3
            )
        {%- else -%}
            ({{ events }} + 1) * power(
                1 - 1 / (9 * ({{ events }} + 1)::double precision) + {{ normal_95() }} / (3 * sqrt({{ events }} + 1)), 3
            )
        {%- endif %}
end
{%- endmacro %}


{#
Limit of the ratio of two rates, on the log scale by the delta method: events `a` in `exposure_a` over `b` in
`exposure_b`. Null where either has no events.
#}
{% macro rate_ratio_limit(a, exposure_a, b, exposure_b, side) -%}
case
    when {{ a }} > 0 and {{ b }} > 0 and {{ exposure_a }} > 0 and {{ exposure_b }} > 0
        then exp(
            ln(({{ a }}::double precision / {{ exposure_a }}) / ({{ b }}::double precision / {{ exposure_b }}))
            {{ sign_of(side) }} {{ normal_95() }} * sqrt(1 / {{ a }}::double precision + 1 / {{ b }}::double precision)
        )
end
{%- endmacro %}
