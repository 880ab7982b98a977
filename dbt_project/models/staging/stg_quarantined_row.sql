with

quarantined_rows as (
    select
        quarantined_rows.load_id,
        quarantined_rows.record,
        quarantined_rows.row_number,
        quarantined_rows.rule,
        quarantined_rows.column_name
    from {{ source("quarantine", "rows") }} as quarantined_rows
)

select * from quarantined_rows
