{# Put each layer in the schema of its own name. A build puts marts and published beside (warehouse/build.py). #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
