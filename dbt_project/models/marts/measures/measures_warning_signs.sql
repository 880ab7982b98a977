{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Groups with a warning sign, of those of which any sign can be told.
with

signs as (
    select * from {{ ref("mart_warning_signs") }}
),

-- A group of which no sign can be told may have one.
by_group as (
    select
        'groups_with_a_warning_sign' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        bool_or(is_raised = 'yes') filter (where is_raised <> 'cannot_tell')::integer as numerator,
        1 as denominator
    from signs
    group by organisation_code, quarter_id, group_key
),

counted_by_quarter as (
    {{ counted_by_quarter("by_group") }}
)

select * from counted_by_quarter
