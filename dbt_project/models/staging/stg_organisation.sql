with

organisations as (
    select
        organisations.organisation_code,
        organisations.organisation_name,
        organisations.organisation_kind,
        organisations.tier,
        -- A network asks others, and official figures speak of whoever they speak of.
        organisations.tier <> 'statistics' and organisations.organisation_kind <> 'network' as is_asked,
        organisations.icb_code,
        organisations.icb_name,
        organisations.is_made_up,
        organisations.joined_on,
        organisations.closed_on,
        organisations.succeeded_by
    from {{ source("audit", "organisations") }} as organisations
)

select * from organisations
