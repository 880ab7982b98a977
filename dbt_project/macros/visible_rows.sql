{#
Read a record's rows as the ledger says they stood at the build's sequence S (var accepted_through).

Rows never move; what changes is which loads count. A row counts when an interval of its load contains S and the row was
not set aside. `events` deliveries overlap by design (a revised incident is sent again), so the newest of each key is
kept: by revision, then submission. Period and snapshot deliveries replace each other in the ledger and need nothing here.

key            the record's key column within one provider; needed where a feed may deliver events
revision       the column that numbers a key's revisions, where it has one
every_version  true: all rows that ever counted up to S, also those replaced since (for what was said first)
#}
{% macro visible_rows(record, key=none, revision=none, every_version=false) -%}
with

visible_loads as (
    select distinct
        visibility.load_id,
        deliveries.feed,
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
        {%- if not every_version %}
        and (visibility.retired_seq is null or visibility.retired_seq > {{ var("accepted_through") }})
        {%- endif %}
),

standing_rows as (
    select
        record_rows.*,
        visible_loads.icb_code,
        visible_loads.submitted_on,
        visible_loads.feed
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
{%- if key and not every_version %},

newest_events as (
    select distinct on (standing_rows.provider_code, standing_rows.{{ key }})
        standing_rows.load_id,
        standing_rows.row_number
    from standing_rows
    inner join visible_loads on standing_rows.load_id = visible_loads.load_id
    where visible_loads.delivers = 'events'
    order by
        standing_rows.provider_code,
        standing_rows.{{ key }},
        {%- if revision %}
        standing_rows.{{ revision }} desc nulls last,
        {%- endif %}
        standing_rows.submitted_on desc,
        standing_rows.load_id desc,
        standing_rows.row_number desc
),

replaced_events as (
    select
        standing_rows.load_id,
        standing_rows.row_number
    from standing_rows
    inner join visible_loads on standing_rows.load_id = visible_loads.load_id
    where visible_loads.delivers = 'events'
    except
    select
        newest_events.load_id,
        newest_events.row_number
    from newest_events
)
{%- endif %}

select standing_rows.* from standing_rows
{%- if key and not every_version %}
left join replaced_events
    on standing_rows.load_id = replaced_events.load_id and standing_rows.row_number = replaced_events.row_number
where replaced_events.load_id is null
{%- endif %}
{%- endmacro %}
