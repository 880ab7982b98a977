{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How many services that are expected to report a measure did not, and how much of the denominator they usually carry:
-- without it an organisation's month would pool whoever reported and pass for the whole.
with

by_month as (
    select * from {{ ref("measures_by_month") }}
),

organisations as (
    select * from {{ ref("stg_organisation") }}
),

services as (
    select * from {{ ref("dim_service") }}
),

limits as (
    select value::integer as months_awaited
    from {{ ref("thresholds") }}
    where threshold_id = 'service_awaited_for'
),

last_months as (
    select
        measure_code,
        organisation_code,
        max(month_start_on) as last_on
    from by_month
    group by measure_code, organisation_code
),

usual as (
    select
        measure_code,
        organisation_code,
        service_id,
        min(month_start_on) as first_on,
        max(month_start_on) as last_on,
        avg(denominator) as usual_denominator
    from by_month
    where service_id is not null
    group by measure_code, organisation_code, service_id
),

-- Between its first month and its last, and for a while after it, up to the last month that anybody reported.
spans as (
    select
        usual.measure_code,
        usual.organisation_code,
        usual.service_id,
        usual.usual_denominator,
        usual.first_on,
        greatest(
            usual.last_on,
            least(
                last_months.last_on,
                (usual.last_on + make_interval(months => limits.months_awaited))::date,
                {{ month_start("services.closed_on") }} - 1
            )
        ) as awaited_to_on
    from usual
    cross join limits
    inner join last_months
        on usual.measure_code = last_months.measure_code and usual.organisation_code = last_months.organisation_code
    left join services
        on usual.organisation_code = services.organisation_code and usual.service_id = services.service_id
),

awaited as (
    select
        spans.measure_code,
        spans.organisation_code,
        organisations.icb_code,
        spans.usual_denominator,
        months.month_on::date as month_start_on,
        by_month.service_id is null as is_missing
    from spans
    inner join organisations on spans.organisation_code = organisations.organisation_code
    cross join lateral generate_series(spans.first_on, spans.awaited_to_on, interval '1 month') as months (month_on)
    left join by_month
        on
            spans.measure_code = by_month.measure_code
            and spans.organisation_code = by_month.organisation_code
            and spans.service_id = by_month.service_id
            and months.month_on = by_month.month_start_on
),

in_periods as (
    select
        *,
        'month' as period_kind,
        month_start_on as period_start_on
    from awaited
    union all
    select
        *,
        'quarter' as period_kind,
        date_trunc('quarter', month_start_on)::date as period_start_on
    from awaited
),

missing_by_level as (
    select
        measure_code,
        icb_code,
        coalesce(organisation_code, 'ALL') as organisation_code,
        period_kind,
        period_start_on,
        count(*) filter (where is_missing) as missing_count,
        coalesce(sum(usual_denominator) filter (where is_missing), 0)
        / nullif(sum(usual_denominator), 0) as missing_share
    from in_periods
    group by
        grouping sets (
            (icb_code, measure_code, period_kind, period_start_on, organisation_code),
            (icb_code, measure_code, period_kind, period_start_on)
        )
)

select * from missing_by_level
where missing_count > 0
