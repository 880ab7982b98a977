with

expected_deliveries as (
    select
        expected_deliveries.provider_code,
        coalesce(organisations.icb_code, 'unknown') as icb_code,
        expected_deliveries.feed,
        expected_deliveries.period_start_on,
        expected_deliveries.period_end_on,
        expected_deliveries.due_on,
        expected_deliveries.has_agreement
    from {{ source("audit", "expected_deliveries") }} as expected_deliveries
    left join {{ source("audit", "organisations") }} as organisations
        on expected_deliveries.provider_code = organisations.organisation_code
)

select * from expected_deliveries
