{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether formal complaints were acknowledged and answered in the time that the law gives (SI 2009/309).
with

complaints as (
    select * from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal'
),

acknowledged as (
    select
        'complaints_acknowledged_in_time' as measure_code,
        organisation_code,
        quarter_id,
        acknowledged_on is not null as is_told,
        is_acknowledged_in_time::integer as numerator,
        1 as denominator
    from complaints
    where is_acknowledgement_due
),

-- Counted when the answer fell due, where the return speaks for that day: of the others, only the quickly answered
-- could be judged.
answered as (
    select
        'complaints_answered_in_time' as measure_code,
        organisation_code,
        {{ financial_quarter("respond_by_on") }} as quarter_id,
        responded_on is not null as is_told,
        is_responded_in_time::integer as numerator,
        1 as denominator
    from complaints
    where
        is_response_due
        and not coalesce(outcome = 'withdrawn' and responded_on is null, false)
),

every_row as (
    select * from acknowledged
    union all
    select * from answered
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
