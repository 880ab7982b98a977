{# Dates as the NHS counts them: financial quarters that begin in April, days in London, months by their first day. #}

{# Financial quarter of a date: 2026-05-14 -> '2026-27-Q1'. Three months back, financial and calendar year agree. #}
{% macro financial_quarter(on_date) -%}
    to_char({{ on_date }} - interval '3 months', 'YYYY')
    || '-' || to_char({{ on_date }} + interval '9 months', 'YY')
    || '-Q' || to_char({{ on_date }} - interval '3 months', 'Q')
{%- endmacro %}

{# First day of the month of a date. #}
{% macro month_start(on_date) -%}
    date_trunc('month', {{ on_date }})::date
{%- endmacro %}

{# The day in London on which a moment (timestamptz) fell. #}
{% macro london_day(at_time) -%}
    ({{ at_time }} at time zone 'Europe/London')::date
{%- endmacro %}

{# The moment the build speaks for. #}
{% macro as_of() -%}
    timestamptz '{{ var("as_of") }}'
{%- endmacro %}

{# The build's day, in London. #}
{% macro as_of_on() -%}
    date '{{ var("as_of_on") }}'
{%- endmacro %}

{# What has not happened by the build's day has not happened: a date in the future is a plan. #}
{% macro happened(on_date) -%}
    case when {{ on_date }} <= {{ as_of_on() }} then {{ on_date }} end
{%- endmacro %}

{# First day of the four quarters that end with the one that begins on a day: what is too little in a quarter to tell
   anything by is told for the year that ends with it. #}
{% macro four_quarters_from(quarter_start_on) -%}
    ({{ quarter_start_on }} - interval '9 months')::date
{%- endmacro %}

{# Whether a sender is in its first two quarters, in which missing evidence is expected of it. #}
{% macro is_joining(joined_on, quarter_start_on) -%}
    coalesce(date_trunc('quarter', {{ joined_on }}) > {{ quarter_start_on }} - interval '6 months', false)
{%- endmacro %}

{# month, quarter or other: what a period that a sender states really is. #}
{% macro period_kind(start_on, end_on) -%}
    case
        when {{ end_on }} = ({{ month_start(start_on) }} + interval '1 month - 1 day')::date
            and {{ start_on }} = {{ month_start(start_on) }} then 'month'
        when {{ start_on }} = date_trunc('quarter', {{ start_on }})::date
            and {{ end_on }} = ({{ start_on }} + interval '3 months - 1 day')::date then 'quarter'
        else 'other'
    end
{%- endmacro %}
