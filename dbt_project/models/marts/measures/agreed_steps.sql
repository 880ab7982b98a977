{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The steps of the targets that move, where somebody owns them. As with every threshold, what was agreed after the end
-- of a month says nothing about the month.
with

trajectories as (
    select * from {{ ref("trajectories") }}
    where owner is not null and agreed_on <= {{ as_of_on() }}
),

steps as (
    select
        measure_code,
        organisation_code,
        service_id,
        from_on,
        greatest(from_on, {{ month_start("agreed_on") }}) as holds_from_on,
        value
    from trajectories
)

select * from steps
