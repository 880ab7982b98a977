{# Put each layer in the schema of its own name; marts and published are built beside the old ones (schema_suffix). #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {%- if name in ("marts", "published") -%}
        {{ name ~ var("schema_suffix") }}
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
