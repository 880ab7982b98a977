{# The ladder of participation: what is said of a piece of work, and who of the people with lived experience was there. #}

{# A code that says something: null where the sender does not know it, or wrote what no list has. #}
{% macro said_code(code) -%}
    case when {{ code }} not in ('not_known', 'unmapped') then {{ code }} end
{%- endmacro %}
