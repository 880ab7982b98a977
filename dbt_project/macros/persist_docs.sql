{#
Write what the yml says of a table and its columns into the database, in one statement. dbt's own macro asks the catalogue
twice which columns there are and leaves out what it does not find; here a described column that is missing is an error.
#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set said = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do said.append(
            "comment on " ~ relation.type ~ " " ~ relation ~ " is " ~ postgres_escape_comment(model.description)
        ) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- do said.append(
                "comment on column " ~ relation ~ "." ~ adapter.quote(column.name) ~ " is "
                ~ postgres_escape_comment(column.description)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if said -%}{%- do run_query(said | join(";\n")) -%}{%- endif -%}
{%- endmacro %}
