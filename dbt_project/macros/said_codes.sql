{# Codes that say something: what a sender does not know is left out. #}

{# The code itself; null where the sender does not know it, or wrote what no list has. #}
{% macro said_code(code) -%}
    case when {{ code }} not in ('not_known', 'unmapped') then {{ code }} end
{%- endmacro %}

{# How many different codes of a list say something; none where nothing is listed. #}
{% macro said_codes_count(codes) -%}
    (
            select count(distinct said.code)
            from unnest({{ codes }}) as said (code)
            where said.code not in ('not_known', 'unmapped')
        )
{%- endmacro %}

{# 1 for yes and 0 for no; null where the sender does not know, or does not say. #}
{% macro yes_or_no(code) -%}
    case {{ code }} when 'yes' then 1 when 'no' then 0 end
{%- endmacro %}
