with

organisations as (
    select * from {{ ref("stg_organisation") }}
),

senders as (
    select distinct provider_code from {{ ref("stg_delivery") }}
),

icbs as (
    select * from {{ ref("icbs") }}
),

named as (
    select
        coalesce(organisations.organisation_code, senders.provider_code) as organisation_code,
        coalesce(organisations.organisation_name, 'Unknown organisation') as organisation_name,
        coalesce(organisations.organisation_kind, 'unknown') as organisation_kind,
        coalesce(organisations.tier, 'unknown') as tier,
        coalesce(organisations.is_asked, false) as is_asked,
        coalesce(organisations.icb_code, 'unknown') as icb_code,
        coalesce(organisations.icb_name, icbs.icb_name, 'Unknown integrated care board') as icb_name,
        organisations.is_made_up,
        organisations.joined_on,
        organisations.closed_on,
        organisations.succeeded_by,
        {{ financial_quarter("organisations.joined_on") }} as joined_quarter_id,
        organisations.organisation_code is not null as is_known
    from organisations
    full outer join senders on organisations.organisation_code = senders.provider_code
    left join icbs on organisations.icb_code = icbs.icb_code
)

select * from named
