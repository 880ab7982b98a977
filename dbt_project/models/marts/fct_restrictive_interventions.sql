with

interventions as (
    select
        *,
        {{ sender_key("incident_id") }} as incident_key,
        {{ london_day("started_at") }} as started_on
    from {{ ref("stg_restrictive_intervention") }}
),

incidents as (
    select
        {{ sender_key("incident_id") }} as incident_key,
        service_id,
        is_rejected
    from {{ ref("stg_incident") }}
),

joined as (
    select
        interventions.*,
        coalesce(interventions.service_id, incidents.service_id) as place_service_id,
        coalesce(incidents.is_rejected = 'yes', false) as is_of_rejected_incident,
        -- MHS77 counts distinct incident and type; a row without an incident stands for itself.
        row_number() over (
            partition by
                interventions.provider_code,
                coalesce(interventions.incident_id, 'intervention ' || interventions.intervention_id),
                interventions.type_code
            order by interventions.started_at, interventions.intervention_id
        ) as row_of_pair
    from interventions
    left join incidents on interventions.incident_key = incidents.incident_key
),

described as (
    select
        {{ sender_key("intervention_id") }} as intervention_key,
        provider_code as organisation_code,
        icb_code,
        intervention_id,
        incident_key,
        {{ sender_key("place_service_id") }} as service_key,
        place_service_id as service_id,
        type_code,
        reason_code,
        started_at,
        ended_at,
        started_on,
        {{ month_start("started_on") }} as month_start_on,
        {{ financial_quarter("started_on") }} as quarter_id,
        case
            when ended_at >= started_at then round(extract(epoch from ended_at - started_at) / 60, 1)
        end as duration_minutes,
        injury_person,
        injury_staff,
        injury_other,
        review_with_person,
        coalesce(review_with_person in ('held', 'offered_declined', 'not_offered'), false) as is_review_applicable,
        review_not_held_reason,
        review_with_carer,
        ethnicity_code,
        row_of_pair = 1
        and not is_of_rejected_incident
        and coalesce(started_on <= {{ as_of_on() }}, false) as is_counted
    from joined
)

select * from described
