{%- set counted_records = records() -%}

with

set_aside as (
    select distinct
        quarantined_rows.load_id,
        quarantined_rows.record,
        quarantined_rows.row_number
    from {{ source("quarantine", "rows") }} as quarantined_rows
),

raw_rows as (
    {%- for record in counted_records %}
    select
        load_id,
        row_number,
        '{{ record }}' as record
    from {{ source("raw", record) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    select
        raw_rows.load_id,
        raw_rows.record,
        count(*) filter (where set_aside.load_id is null) as rows_accepted
    from raw_rows
    left join set_aside
        on
            raw_rows.load_id = set_aside.load_id
            and raw_rows.record = set_aside.record
            and raw_rows.row_number = set_aside.row_number
    group by raw_rows.load_id, raw_rows.record
)

select * from counted
