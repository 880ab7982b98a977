{# Keys that are unique in the warehouse: a sender's id is unique only among its own. #}

{# 'ZW1/IN-0001'; null where no id was given. #}
{% macro sender_key(id_column, provider="provider_code") -%}
    {{ provider }} || '/' || {{ id_column }}
{%- endmacro %}

{# One row per (provider, key): the newest by revision and submission. Two feeds, or two periods, may carry the same key;
   the number of rows left out is a finding (int_references__counted), never a refusal. #}
{% macro newest_per_key(relation, key, first_by=none) -%}
select distinct on (provider_code, {{ key }}) *
from {{ relation }}
order by
    provider_code,
    {{ key }},
    {%- if first_by %}
    {{ first_by }},
    {%- endif %}
    submitted_on desc,
    load_id desc,
    row_number desc
{%- endmacro %}
