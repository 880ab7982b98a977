with

published_statistics as (
    select * from {{ ref("stg_published_statistic") }}
),

-- Two senders may carry the same publication; a statistic is about its organisation, whoever passed it on.
newest as (
    select distinct on (organisation_code, metric_code, breakdown, period_start_on, period_end_on) *
    from published_statistics
    order by
        organisation_code,
        metric_code,
        breakdown,
        period_start_on,
        period_end_on,
        {{ newest_status("status") }},
        submitted_on desc,
        load_id desc,
        row_number desc,
        part desc
),

described as (
    select
        organisation_code,
        icb_code,
        provider_code as sender_code,
        metric_code,
        breakdown,
        period_start_on,
        period_end_on,
        {{ period_kind("period_start_on", "period_end_on") }} as period_kind,
        {{ month_start("period_start_on") }} as month_start_on,
        {{ financial_quarter("period_start_on") }} as quarter_id,
        status,
        value::numeric as value,
        value_state
    from newest
)

select * from described
