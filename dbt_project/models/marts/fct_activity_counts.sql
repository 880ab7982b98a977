with

activity_counts as (
    select * from {{ ref("stg_activity_count") }}
),

described as (
    select
        provider_code as organisation_code,
        icb_code,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        period_start_on,
        period_end_on,
        {{ period_kind("period_start_on", "period_end_on") }} as period_kind,
        {{ month_start("period_start_on") }} as month_start_on,
        {{ financial_quarter("period_start_on") }} as quarter_id,
        count_kind,
        breakdown_kind,
        breakdown_code,
        counted,
        coalesce(value_state, case when counted is not null then 'counted' else 'not_collected' end) as value_state,
        status
    from activity_counts
)

select * from described
