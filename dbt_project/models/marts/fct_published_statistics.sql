with

published_statistics as (
    select * from {{ ref("stg_published_statistic") }}
),

deliveries as (
    select * from {{ ref("stg_delivery") }}
),

nhs_trusts as (
    select * from {{ ref("ods_nhs_trusts") }}
),

-- Two senders may carry the same publication; a statistic is about its organisation, whoever passed it on.
newest as (
    select distinct on (
        statistics.organisation_code,
        statistics.metric_code,
        statistics.breakdown,
        statistics.period_start_on,
        statistics.period_end_on
    ) statistics.*
    from published_statistics as statistics
    inner join deliveries on statistics.load_id = deliveries.load_id
    order by
        statistics.organisation_code,
        statistics.metric_code,
        statistics.breakdown,
        statistics.period_start_on,
        statistics.period_end_on,
        {{ newest_status("statistics.status") }},
        deliveries.submitted_at desc,
        deliveries.file_sha256 desc,
        statistics.provider_code asc,
        statistics.row_number desc,
        statistics.part desc
),

described as (
    select
        newest.organisation_code,
        nhs_trusts.organisation_name,
        nhs_trusts.icb_code,
        newest.provider_code as sender_code,
        newest.metric_code,
        newest.breakdown,
        newest.period_start_on,
        newest.period_end_on,
        {{ period_kind("newest.period_start_on", "newest.period_end_on") }} as period_kind,
        {{ month_start("newest.period_start_on") }} as month_start_on,
        {{ financial_quarter("newest.period_start_on") }} as quarter_id,
        newest.status,
        newest.value::numeric as value,
        newest.value_state
    from newest
    left join nhs_trusts on newest.organisation_code = nhs_trusts.organisation_code
)

select * from described
