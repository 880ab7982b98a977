with

agreements as (
    select
        provider_code,
        reference,
        record,
        valid_from,
        valid_to
    from {{ source("audit", "agreements") }}
)

select * from agreements
