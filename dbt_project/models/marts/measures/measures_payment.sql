{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether people were offered payment and what they claimed was paid, in time, or refused with a reason.
with

participations as (
    select * from {{ ref("fct_participations") }}
),

claims as (
    select * from {{ ref("fct_claims") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

-- Of whoever is not known to have been offered payment it cannot be said that it was, by a sender that ever says so.
offered as (
    select
        'payment_offered' as measure_code,
        organisation_code,
        quarter_id,
        payment_offered_count + payment_not_offered_count > 0
        or not bool_or(payment_eligible_count > 0) over (partition by organisation_code) as is_told,
        case when payment_eligibility_known_count > 0 then payment_offered_count end as numerator,
        payment_eligible_count as denominator
    from participations
    where held_on is not null and attended_count > 0
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'claim'
),

-- A claim handed in twice is one claim. Those too new to be overdue on the last day that the register speaks for are
-- left out, paid or not: the paid would flatter.
due as (
    select
        claims.organisation_code,
        claims.quarter_id,
        claims.paid_on,
        claims.days_to_pay,
        thresholds.value as paid_within
    from claims
    inner join thresholds on thresholds.threshold_id = 'claims_paid_within'
    inner join last_known on claims.organisation_code = last_known.organisation_code
    where
        claims.is_counted
        and claims.claimed_on + thresholds.value::integer <= last_known.last_known_on
        and not (claims.outcome = 'refused' and coalesce(claims.refused_reason_code = 'duplicate', false))
),

paid_in_time as (
    select
        'claims_paid_in_time' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        coalesce(days_to_pay <= paid_within, false)::integer as numerator,
        1 as denominator
    from due
),

paid as (
    select
        'claims_paid' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        (paid_on is not null)::integer as numerator,
        1 as denominator
    from due
),

-- A claim of which nobody says what became of it may have been refused.
refused as (
    select
        'claims_refused_with_reason' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case
            when outcome = 'refused' then coalesce(refused_reason_code not in ('not_known', 'unmapped'), false)::integer
        end as numerator,
        1 as denominator
    from claims
    where is_counted and (outcome = 'refused' or (outcome = 'not_known' and paid_on is null))
),

every_row as (
    select * from offered
    union all
    select * from paid_in_time
    union all
    select * from paid
    union all
    select * from refused
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
