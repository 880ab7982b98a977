{# Keys that are unique in the warehouse: a sender's id is unique only among its own. #}

{# 'ZW1/IN-0001'; null where no id was given. #}
{% macro sender_key(id_column, provider="provider_code") -%}
    {{ provider }} || '/' || {{ id_column }}
{%- endmacro %}
