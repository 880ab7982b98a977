with

sessions as (
    select
        *,
        {{ happened("held_on") }} as happened_on
    from {{ ref("stg_session") }}
),

days as (
    select
        date_on,
        working_day_number
    from {{ ref("dim_date") }}
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'session'
),

described as (
    select
        {{ sender_key("sessions.session_id", "sessions.provider_code") }} as session_key,
        sessions.provider_code as organisation_code,
        sessions.icb_code,
        sessions.session_id,
        {{ sender_key("sessions.group_id", "sessions.provider_code") }} as group_key,
        {{ sender_key("sessions.activity_id", "sessions.provider_code") }} as activity_key,
        sessions.planned_on,
        sessions.happened_on as held_on,
        {{ financial_quarter("coalesce(sessions.happened_on, sessions.planned_on)") }} as quarter_id,
        sessions.happened_on is not null as is_held,
        -- Whether a meeting of a day that its register does not speak for was held is not known.
        coalesce(sessions.planned_on <= last_known.last_known_on and sessions.happened_on is null, false) as is_missed,
        sessions.mode,
        sessions.stage,
        sessions.lived_experience_count,
        sessions.first_time_count,
        sessions.carer_count,
        sessions.invited_count,
        sessions.duration_minutes,
        sessions.method_codes,
        sessions.is_venue_accessible,
        sessions.venue_kind,
        sessions.transport_offered,
        sessions.is_briefing,
        sessions.is_trauma_related,
        sessions.agenda_codes,
        sessions.papers_sent_on,
        sessions.minutes_issued_on,
        minutes_day.working_day_number - held_day.working_day_number as working_days_to_minutes,
        sessions.minutes_shared_on,
        sessions.need_stated_count,
        sessions.need_met_count
    from sessions
    left join last_known on sessions.provider_code = last_known.organisation_code
    left join days as held_day on sessions.happened_on = held_day.date_on
    left join days as minutes_day on sessions.minutes_issued_on = minutes_day.date_on
)

select * from described
