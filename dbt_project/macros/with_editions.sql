{#
Show a published table of this build, pub_<what>_now (edition_id 'working'), with its rows as frozen in every edition.

The frozen rows are JSON, typed by the table's own row type: a column that an old edition did not have is null there.
The ledger's table is named directly, not through a staging view: dbt replaces staging views in place by DROP ... CASCADE,
and that would take the readers' views with it.
#}
{% macro with_editions(name) %}
with frozen as (

    select
        edition_rows.edition_id,
        typed.*
    from audit.edition_rows as edition_rows
    cross join lateral jsonb_populate_record(null::{{ ref(name ~ "_now") }}, edition_rows.row) as typed
    where edition_rows.relation = '{{ name }}'

),

working as (

    select
        'working' as edition_id,
        this_build.*
    from {{ ref(name ~ "_now") }} as this_build

),

every_edition as (

    select * from frozen
    union all
    select * from working

)

select * from every_edition
{% endmacro %}
