{# Loads a seed as dbt does, but asks a macro once for each seed instead of once for each cell. #}
{% macro postgres__load_csv_rows(model, agate_table) %}
    {% set row = "(" ~ (["%s"] * (agate_table.column_names | length)) | join(", ") ~ ")" %}
    {% set bindings = [] %}
    {% for values in agate_table.rows %}{% do bindings.extend(values) %}{% endfor %}
    {% set sql %}
        insert into {{ this.render() }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }})
        values {{ ([row] * (agate_table.rows | length)) | join(", ") }}
    {% endset %}
    {% do adapter.add_query(sql, bindings=bindings, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}
