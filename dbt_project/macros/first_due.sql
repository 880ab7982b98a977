{# The first deadline each thing was ever given, whatever came after: of all versions the earliest by submission, never by
   arrival, since a file that came late may have been sent first. `versions` is a staging model of every version. #}
{% macro first_due(versions, id_column, key, due_on="due_on") -%}
with

versions as (
    select
        {{ sender_key(id_column) }} as {{ key }},
        {{ due_on }} as due_on,
        submitted_on,
        load_id,
        row_number,
        part
    from {{ versions }}
    where {{ due_on }} is not null
),

first_due as (
    select distinct on (versions.{{ key }})
        versions.{{ key }},
        versions.due_on as original_due_on,
        versions.submitted_on as first_submitted_on
    from versions
    inner join {{ ref("stg_delivery") }} as deliveries on versions.load_id = deliveries.load_id
    order by
        versions.{{ key }},
        deliveries.submitted_at,
        deliveries.file_sha256,
        deliveries.feed,
        versions.row_number,
        versions.part
)

select * from first_due
{%- endmacro %}
