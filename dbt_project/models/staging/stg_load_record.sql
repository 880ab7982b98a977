with

load_records as (
    select
        load_records.load_id,
        load_records.record,
        load_records.delivers,
        load_records.rows_landed
    from {{ source("audit", "load_records") }} as load_records
)

select * from load_records
