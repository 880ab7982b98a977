with

claims as (
    select
        *,
        {{ happened("paid_on") }} as was_paid_on,
        coalesce(nullif(outcome, 'unmapped'), 'not_known') as ended
    from {{ ref("stg_claim") }}
),

described as (
    select
        {{ sender_key("claim_id") }} as claim_key,
        provider_code as organisation_code,
        icb_code,
        claim_id,
        {{ sender_key("session_id") }} as session_key,
        item_code,
        claimed_on,
        {{ financial_quarter("claimed_on") }} as quarter_id,
        coalesce(claimed_on <= {{ as_of_on() }}, false) as is_counted,
        was_paid_on as paid_on,
        -- What was paid in advance kept nobody waiting.
        case when was_paid_on is not null then greatest(was_paid_on - claimed_on, 0)::bigint end as days_to_pay,
        ended as outcome,
        refused_reason_code,
        was_paid_on is null and ended <> 'refused' and claimed_on <= {{ as_of_on() }} as is_waiting,
        case
            when was_paid_on is null and ended <> 'refused' and claimed_on <= {{ as_of_on() }}
                then ({{ as_of_on() }} - claimed_on)::bigint
        end as days_waiting,
        amount_gbp
    from claims
)

select * from described
