with

incidents as (
    select
        *,
        -- Deaths count when reported: the coroner may take a year.
        case
            when physical_harm = 'fatal' then coalesce(reported_on, occurred_on)
            else coalesce(occurred_on, reported_on)
        end as counted_on
    from {{ ref("stg_incident") }}
),

described as (
    select
        {{ sender_key("incident_id") }} as incident_key,
        provider_code as organisation_code,
        icb_code,
        incident_id,
        revision,
        occurred_on,
        reported_on,
        counted_on,
        {{ month_start("counted_on") }} as month_start_on,
        {{ financial_quarter("counted_on") }} as quarter_id,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        incident_kind,
        physical_harm,
        psychological_harm,
        police_attended,
        police_restraint,
        reporter_kind,
        ethnicity_code,
        coalesce(is_rejected = 'yes', false) as is_rejected,
        coalesce(is_rejected <> 'yes', true) and coalesce(counted_on <= {{ as_of_on() }}, false) as is_counted
    from incidents
)

select * from described
