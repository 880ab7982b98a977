with

participations as (
    select
        *,
        has_attended and coalesce(payment_eligible = 'yes', false) as is_payment_due
    from {{ ref("int_participations__numbered") }}
),

trauma_related_sessions as (
    select {{ sender_key("session_id") }} as session_key
    from {{ ref("stg_session") }}
    where is_trauma_related = 'yes'
),

counted as (
    select
        participations.session_key,
        participations.provider_code as organisation_code,
        participations.icb_code,
        participations.group_key,
        participations.activity_key,
        participations.held_on,
        participations.quarter_id,
        count(*) as listed_count,
        count(*) filter (where participations.has_attended) as attended_count,
        count(*) filter (where participations.day_number = 1) as new_voice_count,
        count(*) filter (where participations.is_payment_due) as payment_eligible_count,
        count(*) filter (
            where participations.is_payment_due and participations.payment_offered = 'yes'
        ) as payment_offered_count,
        count(*) filter (
            where participations.is_payment_due and participations.payment_offered = 'no'
        ) as payment_not_offered_count,
        count(*) filter (
            where participations.has_attended and participations.check_in_offered = 'yes'
        ) as check_in_offered_count,
        count(*) filter (
            where participations.has_attended and participations.check_in_offered in ('yes', 'no')
        ) as check_in_known_count,
        count(*) filter (
            where participations.has_attended and participations.payment_eligible in ('yes', 'no')
        ) as payment_eligibility_known_count
    from participations
    group by
        participations.session_key,
        participations.provider_code,
        participations.icb_code,
        participations.group_key,
        participations.activity_key,
        participations.held_on,
        participations.quarter_id
),

described as (
    select
        counted.*,
        trauma_related_sessions.session_key is not null as is_trauma_related
    from counted
    left join trauma_related_sessions on counted.session_key = trauma_related_sessions.session_key
)

select * from described
