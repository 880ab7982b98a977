{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whom those who take part are held against, by the codes in which they describe themselves: residents and caseload.
with

population as (
    select * from {{ ref("mart_population") }}
    where value not in ('all', 'not_answered') and characteristic <> 'ethnicity'
),

activity as (
    select * from {{ ref("fct_activity_counts") }}
    where count_kind = 'caseload'
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

ethnic_groups as (
    select
        code,
        group_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1'
),

residents as (
    select
        'residents' as comparator,
        icb_code,
        null::text as organisation_code,
        null::text as quarter_id,
        case characteristic
            when 'ethnicity_nhs_16_plus_1' then 'ethnicity'
            when 'imd_decile' then 'deprivation_decile'
            else characteristic
        end as characteristic,
        case
            when characteristic = 'imd_decile' then 'decile_' || value
            when value in ('65_74', '75_and_over') then '65_and_over'
            when value = 'disabled' then 'yes'
            when value = 'not_disabled' then 'no'
            when characteristic = 'religion' and value = 'other' then 'other_religion'
            when characteristic = 'sexual_orientation' and value = 'other' then 'other_orientation'
            else value
        end as value_code,
        population as counted
    from population
),

-- A caseload is a stock: the last that a service told in the quarter stands for it.
told_in_quarter as (
    select
        activity.icb_code,
        activity.organisation_code,
        quarters.quarter_id,
        activity.service_id,
        activity.breakdown_kind,
        activity.breakdown_code,
        activity.counted,
        rank() over (
            partition by
                activity.organisation_code, activity.service_id, activity.breakdown_kind, quarters.quarter_id
            order by activity.period_end_on desc, activity.period_start_on desc
        ) as place
    from activity
    inner join quarters on activity.period_end_on between quarters.period_start_on and quarters.period_end_on
),

caseload_cells as (
    select
        told_in_quarter.icb_code,
        scopes.organisation_code,
        told_in_quarter.organisation_code as sender_code,
        told_in_quarter.quarter_id,
        told_in_quarter.service_id,
        told_in_quarter.breakdown_kind,
        told_in_quarter.breakdown_code,
        told_in_quarter.counted
    from told_in_quarter
    cross join lateral (values (told_in_quarter.organisation_code), ('ALL')) as scopes (organisation_code)
    where told_in_quarter.place = 1
),

caseload as (
    select
        'caseload' as comparator,
        icb_code,
        organisation_code,
        quarter_id,
        breakdown_kind as characteristic,
        breakdown_code as value_code,
        counted
    from caseload_cells
    where
        breakdown_kind in ('ethnicity', 'age_band', 'sex', 'deprivation_decile')
        and breakdown_code not in ('Z', '99', 'not_known', 'unmapped')
),

by_answer as (
    select * from residents
    union all
    select * from caseload
),

counted_by_group as (
    select
        by_answer.comparator,
        by_answer.icb_code,
        by_answer.organisation_code,
        by_answer.quarter_id,
        counted_under.characteristic,
        counted_under.value_code,
        -- What is hidden or cannot be told is no nought.
        case when bool_and(by_answer.counted is not null) then sum(by_answer.counted) end as counted
    from by_answer
    left join ethnic_groups on by_answer.characteristic = 'ethnicity' and by_answer.value_code = ethnic_groups.code
    cross join
        lateral {{ counted_under("by_answer.characteristic", "by_answer.value_code", "ethnic_groups.group_code") }}
            as counted_under (characteristic, value_code)
    where counted_under.characteristic is not null and counted_under.value_code is not null
    group by
        by_answer.comparator, by_answer.icb_code, by_answer.organisation_code, by_answer.quarter_id,
        counted_under.characteristic, counted_under.value_code
),

out_of_those_known as (
    select
        *,
        case
            when bool_and(counted is not null) over groups_of_one then sum(counted) over groups_of_one
        end as total
    from counted_by_group
    window groups_of_one as (partition by comparator, icb_code, organisation_code, quarter_id, characteristic)
),

-- Of some groups only those inside are told: they are held against the whole caseload of the same services.
inside_and_whole as (
    select
        inside.icb_code,
        inside.organisation_code,
        inside.quarter_id,
        inside.breakdown_code,
        case when bool_and(inside.counted is not null) then sum(inside.counted) end as counted,
        case when bool_and(whole.counted is not null) then sum(whole.counted) end as total
    from caseload_cells as inside
    left join caseload_cells as whole
        on
            inside.icb_code = whole.icb_code
            and inside.organisation_code = whole.organisation_code
            and inside.sender_code = whole.sender_code
            and inside.quarter_id = whole.quarter_id
            and inside.service_id is not distinct from whole.service_id
            and coalesce(whole.breakdown_kind, 'none') = 'none'
    where inside.breakdown_kind = 'other_characteristic'
    group by inside.icb_code, inside.organisation_code, inside.quarter_id, inside.breakdown_code
),

inside_or_not as (
    select
        'caseload' as comparator,
        inside_and_whole.icb_code,
        inside_and_whole.organisation_code,
        inside_and_whole.quarter_id,
        case inside_and_whole.breakdown_code
            when 'rural' then 'rural_urban' else inside_and_whole.breakdown_code
        end as characteristic,
        case inside_and_whole.breakdown_code when 'rural' then sides.place else sides.answer end as value_code,
        sides.counted,
        inside_and_whole.total
    from inside_and_whole
    cross join
        lateral (
            values
            ('yes', 'rural', inside_and_whole.counted),
            ('no', 'urban', inside_and_whole.total - inside_and_whole.counted)
        ) as sides (answer, place, counted)
),

comparators as (
    select * from out_of_those_known
    union all
    select * from inside_or_not
)

select * from comparators
