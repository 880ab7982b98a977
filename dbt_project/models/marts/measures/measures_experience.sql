{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Friends and Family Test: very good and good out of all answers, by service and month.
with

answers as (
    select * from {{ ref("fct_feedback_counts") }}
),

-- A month in which any answer was kept back by the sender has no share: its whole is not known.
by_month as (
    select
        'fft_positive' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        sum(counted) filter (where is_positive)::bigint as numerator,
        sum(counted)::bigint as denominator
    from answers
    where period_kind = 'month'
    group by organisation_code, service_id, month_start_on
    having not bool_or(value_state = 'suppressed')
),

known as (
    select
        measure_code,
        organisation_code,
        service_id,
        month_start_on,
        coalesce(numerator, 0) as numerator,
        denominator
    from by_month
)

select * from known
