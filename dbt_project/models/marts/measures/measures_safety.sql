{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Restrictive interventions and police call-outs per occupied bed day, and how often force hurt somebody, by ward and
-- month. Only wards whose bed days are known count in a rate, above the line and below it.
with

interventions as (
    select * from {{ ref("fct_restrictive_interventions") }}
),

incidents as (
    select * from {{ ref("fct_incidents") }}
    where is_counted
),

bed_days as (
    select * from {{ ref("activity_by_month") }}
    where count_kind = 'occupied_bed_days'
),

received as (
    select * from {{ ref("int_records__known") }}
    where record in ('restrictive_intervention', 'incident')
),

-- What hurt somebody in the second row of an intervention sent twice hurt them in the intervention.
injuries as (
    select
        *,
        bool_or(injury_person = 'yes') over same_intervention as has_hurt_person,
        bool_or(injury_person in ('yes', 'no')) over same_intervention as is_person_known,
        bool_or(injury_staff = 'yes') over same_intervention as has_hurt_staff,
        bool_or(injury_staff in ('yes', 'no')) over same_intervention as is_staff_known
    from interventions
    window
        same_intervention as (
            partition by organisation_code, coalesce(incident_key, intervention_key), type_code
        )
),

interventions_by_month as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count(*) as counted,
        count(*) filter (where has_hurt_person) as hurt_person,
        count(*) filter (where is_person_known) as known_person,
        count(*) filter (where has_hurt_staff) as hurt_staff,
        count(*) filter (where is_staff_known) as known_staff
    from injuries
    where is_counted
    group by organisation_code, service_id, month_start_on
),

police_by_month as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count(*) filter (where police_attended = 'yes') as counted,
        count(*) filter (where police_attended in ('yes', 'no')) as known
    from incidents
    group by organisation_code, service_id, month_start_on
),

-- A month without incidents tells nothing of the police where nobody ever says whether they came.
police_stating as (
    select distinct organisation_code
    from police_by_month
    where known > 0
),

places as (
    select
        organisation_code,
        service_id,
        month_start_on,
        counted as bed_days
    from bed_days
    union all
    select
        interventions_by_month.organisation_code,
        interventions_by_month.service_id,
        interventions_by_month.month_start_on,
        null as bed_days
    from interventions_by_month
    left join bed_days
        on
            interventions_by_month.organisation_code = bed_days.organisation_code
            and interventions_by_month.service_id is not distinct from bed_days.service_id
            and interventions_by_month.month_start_on = bed_days.month_start_on
    where bed_days.organisation_code is null
),

known_places as (
    select distinct
        received.record,
        places.organisation_code,
        places.service_id,
        places.month_start_on,
        places.bed_days
    from places
    inner join received
        on
            places.organisation_code = received.organisation_code
            and places.month_start_on >= received.known_from_on
            and (places.month_start_on + interval '1 month - 1 day')::date <= received.known_to_on
),

restrained as (
    select
        known_places.*,
        coalesce(interventions_by_month.counted, 0) as counted,
        coalesce(interventions_by_month.hurt_person, 0) as hurt_person,
        coalesce(interventions_by_month.known_person, 0) as known_person,
        coalesce(interventions_by_month.hurt_staff, 0) as hurt_staff,
        coalesce(interventions_by_month.known_staff, 0) as known_staff
    from known_places
    left join interventions_by_month
        on
            known_places.organisation_code = interventions_by_month.organisation_code
            and known_places.service_id is not distinct from interventions_by_month.service_id
            and known_places.month_start_on = interventions_by_month.month_start_on
    where known_places.record = 'restrictive_intervention'
),

called_out as (
    select
        known_places.*,
        coalesce(police_by_month.counted, 0) as counted
    from known_places
    inner join police_stating on known_places.organisation_code = police_stating.organisation_code
    left join police_by_month
        on
            known_places.organisation_code = police_by_month.organisation_code
            and known_places.service_id is not distinct from police_by_month.service_id
            and known_places.month_start_on = police_by_month.month_start_on
    where
        known_places.record = 'incident'
        and known_places.bed_days is not null
        and coalesce(police_by_month.known > 0, true)
),

by_month as (
    select
        'restrictive_interventions' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        counted as numerator,
        bed_days as denominator
    from restrained
    where bed_days is not null
    union all
    select
        'police_call_outs' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        counted as numerator,
        bed_days as denominator
    from called_out
    union all
    select
        'interventions_hurting_person' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        hurt_person as numerator,
        known_person as denominator
    from restrained
    union all
    select
        'interventions_hurting_staff' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        hurt_staff as numerator,
        known_staff as denominator
    from restrained
)

select * from by_month
