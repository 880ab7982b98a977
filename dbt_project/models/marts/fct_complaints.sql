with

limits as (
    select
        max(value) filter (where threshold_id = 'complaint_acknowledged_within')::integer as acknowledged_within,
        max(value) filter (where threshold_id = 'complaint_answered_within')::integer as answered_within
    from {{ ref("thresholds") }}
),

complaints as (
    select
        stg_complaint.*,
        limits.acknowledged_within,
        {{ sender_key("complaint_id") }} as complaint_key,
        coalesce(nullif(case_kind, 'unmapped'), 'not_known') as kind,
        {{ happened("acknowledged_on") }} as acknowledged,
        {{ happened("responded_on") }} as responded,
        {{ happened("closed_on") }} as closed,
        {{ happened("reopened_on") }} as reopened,
        coalesce(agreed_response_by_on, (received_on + make_interval(months => limits.answered_within))::date)
            as respond_by_on
    from {{ ref("stg_complaint") }} as stg_complaint
    cross join limits
),

origins_of_formal_complaints as (
    select distinct
        provider_code,
        from_pals_id
    from complaints
    where kind = 'formal' and from_pals_id is not null
),

access_subjects as (
    select array_agg(code order by code) as codes
    from {{ ref("code_lists") }}
    where list_name = 'ko41a_subject' and group_code = 'access'
),

days as (
    select
        date_on,
        working_day_number
    from {{ ref("dim_date") }}
),

-- A return of June cannot say who was answered in July: what did not happen is known up to the last whole day that the
-- return speaks for, and no further.
known_cases as (
    select
        complaints.complaint_key,
        least(
            greatest(max(received.known_to_on), max(complaints.period_end_on)), {{ as_of_on() }} - 1
        ) as known_to_on
    from complaints
    left join {{ ref("int_records__known") }} as received
        on
            complaints.provider_code = received.organisation_code
            and received.record = 'complaint'
            and complaints.received_on >= received.known_from_on
            and complaints.received_on <= received.known_to_on
    group by complaints.complaint_key
),

joined as (
    select
        complaints.*,
        complaints.kind = 'pals' and origins.from_pals_id is not null as became_formal,
        coalesce(complaints.subject_codes && access_subjects.codes, false) as is_access,
        acknowledged_day.working_day_number - received_day.working_day_number as working_days_to_acknowledge,
        known_cases.known_to_on,
        coalesce(
            known_day.working_day_number - received_day.working_day_number >= complaints.acknowledged_within, false
        ) as is_acknowledgement_due,
        coalesce(complaints.respond_by_on <= known_cases.known_to_on, false) as is_response_due
    from complaints
    cross join access_subjects
    inner join known_cases on complaints.complaint_key = known_cases.complaint_key
    left join origins_of_formal_complaints as origins
        on complaints.provider_code = origins.provider_code and complaints.complaint_id = origins.from_pals_id
    left join days as received_day on complaints.received_on = received_day.date_on
    left join days as acknowledged_day on complaints.acknowledged = acknowledged_day.date_on
    left join days as known_day on known_cases.known_to_on = known_day.date_on
),

described as (
    select
        complaint_key,
        provider_code as organisation_code,
        icb_code,
        complaint_id,
        kind as case_kind,
        became_formal,
        not became_formal and coalesce(received_on <= {{ as_of_on() }}, false) as is_counted,
        received_on,
        {{ month_start("received_on") }} as month_start_on,
        {{ financial_quarter("received_on") }} as quarter_id,
        acknowledged as acknowledged_on,
        agreed_response_by_on,
        responded as responded_on,
        closed as closed_on,
        reopened as reopened_on,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        subject_codes,
        is_access,
        outcome,
        complainant_kind,
        ethnicity_code,
        known_to_on,
        working_days_to_acknowledge,
        is_acknowledgement_due,
        case
            when kind <> 'formal' then null
            when working_days_to_acknowledge <= acknowledged_within then true
            when working_days_to_acknowledge > acknowledged_within or is_acknowledgement_due then false
        end as is_acknowledged_in_time,
        respond_by_on,
        is_response_due,
        case
            when kind <> 'formal' then null
            when responded <= respond_by_on then true
            when responded > respond_by_on or is_response_due then false
        end as is_responded_in_time,
        closed is null or coalesce(reopened > closed, false) as is_open
    from joined
)

select * from described
