with

organisation_icbs as (
    select
        organisation_icbs.organisation_code,
        organisation_icbs.icb_code,
        organisation_icbs.icb_name,
        organisation_icbs.valid_from
    from {{ source("audit", "organisation_icbs") }} as organisation_icbs
)

select * from organisation_icbs
