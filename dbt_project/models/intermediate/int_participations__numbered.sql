with

participations as (
    select * from {{ ref("stg_participation") }}
),

sessions as (
    select
        provider_code,
        session_id,
        group_id,
        activity_id,
        stage,
        {{ happened("held_on") }} as held_on
    from {{ ref("stg_session") }}
),

placed as (
    select
        participations.provider_code,
        participations.icb_code,
        {{ sender_key("participations.session_id", "participations.provider_code") }} as session_key,
        participations.person_ref,
        {{ sender_key("sessions.group_id", "sessions.provider_code") }} as group_key,
        {{ sender_key("sessions.activity_id", "sessions.provider_code") }} as activity_key,
        sessions.stage,
        sessions.held_on,
        {{ financial_quarter("sessions.held_on") }} as quarter_id,
        -- A session that was not held was attended by nobody, whatever its list says.
        coalesce(participations.attended = 'yes' and sessions.held_on is not null, false) as has_attended,
        participations.payment_eligible,
        participations.payment_offered,
        participations.check_in_offered
    from participations
    left join sessions
        on participations.provider_code = sessions.provider_code and participations.session_id = sessions.session_id
),

numbered as (
    select
        *,
        case
            when has_attended
                then dense_rank() over (partition by provider_code, person_ref, has_attended order by held_on)
        end as day_number
    from placed
)

select * from numbered
