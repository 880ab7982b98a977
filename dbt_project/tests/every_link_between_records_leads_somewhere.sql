-- References across deliveries are findings, never a reason to set a row aside: this warns and stops nothing.
{{ config(severity = "warn") }}

with

dangling as (
    select
        organisation_code,
        record,
        rule,
        rows_failed
    from {{ ref("mart_data_quality") }}
    where kind in ('link', 'repeated_key') and rows_failed > 0
)

select * from dangling
