{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What is counted by service and month, at every level and with its quarters. Apart from fct_measures, because the
-- charts come first: some measures of a quarter rest on what the charts show.
with

senders as (
    select
        organisation_code as sender_code,
        icb_code
    from {{ ref("stg_organisation") }}
    where is_asked
),

by_month as (
    select * from {{ ref("measures_by_month") }}
),

-- Months of services, and with them their quarters: a quarter pools the months there are and says how many.
service_periods as (
    select
        measure_code,
        organisation_code,
        service_id,
        'month' as period_kind,
        month_start_on as period_start_on,
        numerator,
        denominator,
        month_start_on
    from by_month
    union all
    select
        measure_code,
        organisation_code,
        service_id,
        'quarter' as period_kind,
        date_trunc('quarter', month_start_on)::date as period_start_on,
        numerator,
        denominator,
        month_start_on
    from by_month
),

every_level as (
    select
        measure_code,
        organisation_code,
        service_id,
        period_kind,
        period_start_on,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(distinct month_start_on) as months_evidenced,
        grouping(service_id) = 1 as is_whole_organisation,
        grouping(organisation_code) = 1 as is_region,
        icb_code
    from service_periods
    inner join senders on service_periods.organisation_code = senders.sender_code
    group by
        grouping sets (
            (icb_code, measure_code, period_kind, period_start_on, organisation_code, service_id),
            (icb_code, measure_code, period_kind, period_start_on, organisation_code),
            (icb_code, measure_code, period_kind, period_start_on)
        )
),

from_months as (
    select
        measure_code,
        icb_code,
        case when is_region then 'ALL' else organisation_code end as organisation_code,
        service_id,
        case when is_region then 'region' when is_whole_organisation then 'organisation' else 'service' end as level,
        period_kind,
        period_start_on,
        numerator,
        denominator,
        months_evidenced
    from every_level
    -- The sender that names no service: its rows are in the organisation's, and are no service of their own.
    where is_whole_organisation or service_id is not null
)

select * from from_months
