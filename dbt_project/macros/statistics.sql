{#
Confidence limits, as expressions on counts: null where a count is null or nothing was observed.

A limit is of 95 % where its name does not say else. `side` is "lower" or "upper". The tests hold each against an independent reference.
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


{#
The value of a gamma distribution of scale 1 below which the share `p` lies; half a chi-square quantile of twice the
shape. By Newton's steps on the logarithm of the distribution over the logarithm of the value: concave, so that they find
it from anywhere; they start from Wilson and Hilferty's approximation (1931) or, far below, from the first term of the
series. `z` is the normal quantile of p. For shapes above nought; a null shape gives a null.
-#}
{% macro gamma_quantile(shape, p, z) -%}
(
    with recursive gamma_steps as (
        select
            ({{ shape }})::double precision as a,
            case
                when 1 - 1 / (9 * ({{ shape }})::double precision) + {{ z }} / (3 * sqrt({{ shape }})) > 0.2
                    then ln({{ shape }})
                    + 3 * ln(1 - 1 / (9 * ({{ shape }})::double precision) + {{ z }} / (3 * sqrt({{ shape }})))
                -- Below this the value is nought for all that counts, and its exponential would underflow.
                else greatest(
                    (ln({{ p }}::double precision) + lgamma(({{ shape }})::double precision + 1)) / ({{ shape }}), -600
                )
            end::double precision as u,
            1::double precision as moved,
            0 as step
        where ({{ shape }}) > 0
        union all
        select
            so_far.a,
            so_far.u - summed.slope,
            summed.slope,
            so_far.step + 1
        from gamma_steps as so_far
        cross join lateral (
            select
                -- P(a, x) is the sum of x^(a+k) exp(-x) / Gamma(a+k+1); its slope over ln x is a times the first term.
                (ln(sum(terms.term)) - ln({{ p }}::double precision)) * sum(terms.term)
                / (so_far.a * max(terms.term) filter (where terms.k = 0)) as slope
            from (
                select
                    series.k,
                    exp(
                        greatest(
                            (so_far.a + series.k) * so_far.u - exp(so_far.u) - lgamma(so_far.a + series.k + 1), -700
                        )
                    ) as term
                from generate_series(
                    0, (40 + 12 * sqrt(so_far.a + exp(so_far.u)) + greatest(exp(so_far.u) - so_far.a, 0))::integer
                ) as series (k)
            ) as terms
        ) as summed
        where abs(so_far.moved) > 1e-13 and so_far.step < 60
    )
    select exp(u)
    from gamma_steps
    order by step desc
    limit 1
)
{%- endmacro %}


{# Funnel limit of a share around the pooled one, on the scale of the arcsine of its square root, where the spread is the
   same everywhere (Spiegelhalter 2005; FunnelPlotR). No overdispersion: of a few organisations it cannot be told. #}
{% macro funnel_share_limit(target, denominator, z, side) -%}
{% if side == "lower" -%}
power(sin(greatest(asin(sqrt({{ target }})) - {{ z }} / (2 * sqrt({{ denominator }})), 0)), 2)
{%- else -%}
power(sin(least(asin(sqrt({{ target }})) + {{ z }} / (2 * sqrt({{ denominator }})), pi() / 2)), 2)
{%- endif %}
{%- endmacro %}


{# Funnel limit of a count around the one expected: exact, by the chi-square of FunnelPlotR's standardised ratios. #}
{% macro funnel_count_limit(expected, z, tail, side) -%}
{% if side == "lower" -%}
case when {{ expected }} > 0 then {{ gamma_quantile(expected, tail, 0 - z) }} else 0 end
{%- else -%}
{{ gamma_quantile(expected ~ " + 1", 1 - tail, z) }}
{%- endif %}
{%- endmacro %}


{# Student's quantile of 97.5 % for the degrees of freedom, by the expansion around the normal one (Abramowitz and Stegun
   26.7.5): good to a hundred-thousandth from 12 on, to a millionth from 20 on. #}
{% macro student_975(freedom) -%}
(
    1.959963984540054 + 2.372271230 / {{ freedom }} + 2.822498616 / power({{ freedom }}, 2)
    + 2.555849680 / power({{ freedom }}, 3) + 1.589534053 / power({{ freedom }}, 4)
)
{%- endmacro %}


{# The ratio that a logarithm stands for, kept within what a number can hold: an interval without end is very wide. #}
{% macro bounded_exp(logarithm) -%}
case when {{ logarithm }} is not null then exp(greatest(least({{ logarithm }}, 100), -100)) end
{%- endmacro %}
