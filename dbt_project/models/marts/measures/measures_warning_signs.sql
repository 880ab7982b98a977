{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Groups with a warning sign, of those of which any sign can be told.
with

signs as (
    select * from {{ ref("mart_warning_signs") }}
),

by_group as (
    select
        organisation_code,
        quarter_id,
        group_key,
        bool_or(is_raised = 'yes') as has_sign
    from signs
    where is_raised <> 'cannot_tell'
    group by organisation_code, quarter_id, group_key
),

counted as (
    select
        'groups_with_a_warning_sign' as measure_code,
        organisation_code,
        quarter_id,
        count(*) filter (where has_sign) as numerator,
        count(*) as denominator
    from by_group
    group by organisation_code, quarter_id
)

select * from counted
