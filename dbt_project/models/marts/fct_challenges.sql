with

challenges as (
    select
        *,
        {{ happened("replied_on") }} as was_replied_on
    from {{ ref("stg_challenge") }}
),

described as (
    select
        {{ sender_key("challenge_id") }} as challenge_key,
        provider_code as organisation_code,
        icb_code,
        challenge_id,
        edition_id,
        raised_by_kind,
        raised_on,
        {{ financial_quarter("raised_on") }} as quarter_id,
        about_figure_id,
        comment,
        reply,
        was_replied_on as replied_on,
        (was_replied_on - raised_on)::bigint as days_to_reply,
        was_replied_on is null and raised_on <= {{ as_of_on() }} as is_waiting,
        case
            when was_replied_on is null and raised_on <= {{ as_of_on() }} then ({{ as_of_on() }} - raised_on)::bigint
        end as days_waiting,
        outcome,
        promised_action_id
    from challenges
)

select * from described
