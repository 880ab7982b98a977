{# What was first said of each thing, whatever came after: of all versions the earliest by submission, never by arrival,
   since a file that came late may have been sent first. `versions` is a staging model of every version; versions in which
   `said` is null said nothing of it. #}
{% macro first_said(versions, id_column, key, said, name) -%}
with

versions as (
    select
        {{ sender_key(id_column) }} as {{ key }},
        {{ said }} as {{ name }},
        load_id,
        row_number,
        part
    from {{ versions }}
    where {{ said }} is not null
),

first_said as (
    select distinct on (versions.{{ key }})
        versions.{{ key }},
        versions.{{ name }}
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

select * from first_said
{%- endmacro %}
