{#
Read a record's rows as the ledger says they stood at the build's sequence S (var accepted_through).

Rows never move; what changes is which loads count. A row counts when an interval of its load contains S and the row was
not set aside. One row is kept per key of a sender: the newest by `newest_first` (a revision, a status), then by
submission. Events overlap by design (a revised incident is sent again); a key sent by two feeds or in two periods at
once is a finding: `rows_with_key` says how many rows that replace whole periods or registers carry it.

key            the columns, besides the sender, that make a row of the record unique
newest_first   how newer rows of one key are told from older ones before submission is looked at
every_version  true: all rows that ever counted up to S, also those replaced since (for what was said first); not
               those of a file that was withdrawn or is held: what was sent by mistake was never said
#}
{% macro visible_rows(record, key, newest_first=[], every_version=false) -%}
{%- set key_columns = ["provider_code"] + key -%}
with

visible_loads as (
    select distinct
        visibility.load_id,
        deliveries.feed,
        deliveries.file_sha256,
        deliveries.submitted_at,
        deliveries.submitted_on,
        load_records.delivers,
        -- A sender that no provider file names any more still counts: as one of an unknown ICB, never as nothing.
        coalesce(organisations.icb_code, 'unknown') as icb_code
    from {{ source("audit", "visibility") }} as visibility
    inner join {{ source("audit", "deliveries") }} as deliveries on visibility.load_id = deliveries.load_id
    inner join {{ source("audit", "load_records") }} as load_records
        on visibility.load_id = load_records.load_id and visibility.record = load_records.record
    left join {{ source("audit", "organisations") }} as organisations
        on deliveries.provider_code = organisations.organisation_code
    where
        visibility.record = '{{ record }}'
        and visibility.accepted_seq <= {{ var("accepted_through") }}
        {%- if every_version %}
        and {{ is_not_undone("visibility") }}
        -- One file read twice was said once, and the later reading is the one meant.
        and not exists (
            select 1
            from {{ source("audit", "deliveries") }} as later_deliveries
            inner join {{ source("audit", "visibility") }} as later_visibility
                on later_deliveries.load_id = later_visibility.load_id
            where
                later_visibility.record = '{{ record }}'
                and later_visibility.accepted_seq <= {{ var("accepted_through") }}
                and {{ is_not_undone("later_visibility") }}
                and later_deliveries.provider_code = deliveries.provider_code
                and later_deliveries.feed = deliveries.feed
                and later_deliveries.file_sha256 = deliveries.file_sha256
                and later_deliveries.load_id > deliveries.load_id
        )
        {%- else %}
        and (visibility.retired_seq is null or visibility.retired_seq > {{ var("accepted_through") }})
        {%- endif %}
),

standing_rows as (
    select
        record_rows.*,
        visible_loads.icb_code,
        visible_loads.submitted_on,
        visible_loads.feed
        {%- if not every_version %},
        count(*) filter (where visible_loads.delivers <> 'events') over (
            partition by {{ key_columns | join(", ") }}
        ) as rows_with_key
        {%- endif %}
    from {{ source("raw", record) }} as record_rows
    inner join visible_loads on record_rows.load_id = visible_loads.load_id
    where
        not exists (
            select 1
            from {{ source("quarantine", "rows") }} as set_aside
            where
                set_aside.record = '{{ record }}'
                and set_aside.load_id = record_rows.load_id
                and set_aside.row_number = record_rows.row_number
        )
)
{%- if every_version %}

select * from standing_rows
{%- else %},

newest_rows as (
    select distinct on ({{ key_columns | join(", ") }}) standing_rows.*
    from standing_rows
    inner join visible_loads on standing_rows.load_id = visible_loads.load_id
    order by
        {{ (key_columns + newest_first) | join(", ") }},
        -- Of two sent at one moment the content decides, never which was met first.
        visible_loads.submitted_at desc, visible_loads.file_sha256 desc, visible_loads.feed asc,
        row_number desc, part desc
)

select * from newest_rows
{%- endif %}
{%- endmacro %}


{# True for an interval whose load had not been withdrawn or held by S. #}
{% macro is_not_undone(visibility) -%}
    ({{ visibility }}.undone_seq is null or {{ visibility }}.undone_seq > {{ var("accepted_through") }})
{%- endmacro %}


{# Order statuses of official figures: final before performance before provisional. #}
{% macro newest_status(column) -%}
    array_position(array['final', 'performance', 'provisional'], {{ column }}) nulls last
{%- endmacro %}
