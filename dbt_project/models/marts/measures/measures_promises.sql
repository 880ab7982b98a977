{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether changes were made by the first date promised, which are overdue, and who checked them.
with

changes as (
    select * from {{ ref("fct_changes") }}
),

quarters as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'change'
),

-- A change without a deadline has no day that it could be late on: whether it was in time is not known.
due as (
    select
        'changes_on_time' as measure_code,
        organisation_code,
        coalesce(original_due_quarter_id, {{ financial_quarter("first_decided_on") }}) as quarter_id,
        is_on_time_original as is_counted
    from changes
    where is_on_time_original is not null or original_due_on is null
),

-- As things stood on the quarter's last day, so that an old quarter does not improve by later work; where no register
-- speaks for that day, how they stood is not known.
open_at_the_end as (
    select
        'changes_overdue' as measure_code,
        changes.organisation_code,
        quarters.quarter_id,
        changes.original_due_on <= quarters.period_end_on as is_counted
    from changes
    inner join quarters
        on
            changes.organisation_code = quarters.organisation_code
            and coalesce(changes.first_decided_on, changes.original_due_on, date '1900-01-01') <= quarters.period_end_on
            and coalesce(changes.implemented_on, 'infinity') > quarters.period_end_on
            and coalesce(changes.stopped_on, 'infinity') > quarters.period_end_on
),

implemented as (
    select
        'changes_verified' as measure_code,
        organisation_code,
        implemented_quarter_id as quarter_id,
        coalesce(is_verified_by_other, false) as is_counted
    from changes
    where implemented_on is not null
),

every_change as (
    select * from due
    union all
    select * from open_at_the_end
    union all
    select * from implemented
),

every_row as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        is_counted::integer as numerator,
        1 as denominator
    from every_change
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
