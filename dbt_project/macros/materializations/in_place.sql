{#
Make a table or a view in its place, in one transaction. dbt's own way makes it beside the old one and renames both; here
marts and published are built in schemas of their own and swapped as a whole, and nobody reads the layers before them.
Neither dbt's grants nor hooks outside the transaction are done: grants are the swap's (warehouse/grants.py).
#}
{% materialization table, adapter="postgres" %}
    {%- set before = load_cached_relation(this) -%}
    {%- set made = this.incorporate(type="table") -%}
    {{ run_hooks(pre_hooks) }}
    {%- if before is not none -%}{%- do adapter.drop_relation(before) -%}{%- endif -%}
    {%- call statement("main") -%}{{ get_create_table_as_sql(False, made, sql) }}{%- endcall -%}
    {%- do create_indexes(made) -%}
    {%- do persist_docs(made, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [made]}) }}
{% endmaterialization %}

{% materialization view, adapter="postgres" %}
    {%- set before = load_cached_relation(this) -%}
    {%- set made = this.incorporate(type="view") -%}
    {{ run_hooks(pre_hooks) }}
    {%- if before is not none -%}{%- do adapter.drop_relation(before) -%}{%- endif -%}
    {%- call statement("main") -%}{{ get_create_view_as_sql(made, sql) }}{%- endcall -%}
    {%- do persist_docs(made, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({"relations": [made]}) }}
{% endmaterialization %}
