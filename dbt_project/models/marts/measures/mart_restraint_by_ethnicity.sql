-- Restrictive interventions by ethnic group, out of the bed days of the same group in the same wards and months, each
-- group beside White British. As nationally, nothing is told of few interventions or few bed days.
with

organisations as (
    select * from {{ ref("stg_organisation") }}
),

interventions as (
    select * from {{ ref("fct_restrictive_interventions") }}
    where is_counted
),

bed_days as (
    select * from {{ ref("fct_activity_counts") }}
    where count_kind = 'occupied_bed_days' and breakdown_kind = 'ethnicity' and period_kind = 'month'
),

received as (
    select * from {{ ref("int_records__known") }}
    where record = 'restrictive_intervention'
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

ethnic_groups as (
    select
        code as ethnicity_code,
        label as ethnicity_label,
        case group_code when 'not_stated' then 'O' when 'not_known' then 'D' else 'V' end as vodim_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1'
),

unknown_group as (
    select ethnicity_code
    from ethnic_groups
    where vodim_code = 'D'
),

limits as (
    select
        max(value) filter (where threshold_id = 'ethnic_group_interventions_at_least') as interventions_at_least,
        max(value) filter (where threshold_id = 'ethnic_group_bed_days_at_least') as bed_days_at_least
    from {{ ref("thresholds") }}
),

-- Only where the sender says how its bed days divide: without that, every group would stand over no bed days.
places as (
    select distinct
        bed_days.organisation_code,
        bed_days.service_id,
        bed_days.month_start_on
    from bed_days
    inner join received
        on
            bed_days.organisation_code = received.organisation_code
            and bed_days.month_start_on >= received.known_from_on
            and (bed_days.month_start_on + interval '1 month - 1 day')::date <= received.known_to_on
),

-- A group whose bed days were kept back in a month is left out of it, above the line as below it.
bed_days_by_group as (
    select
        bed_days.organisation_code,
        bed_days.service_id,
        bed_days.month_start_on,
        coalesce(ethnic_groups.ethnicity_code, unknown_group.ethnicity_code) as ethnicity_code,
        sum(bed_days.counted) as bed_day_count,
        bool_or(bed_days.counted is null) as is_hidden
    from bed_days
    cross join unknown_group
    left join ethnic_groups on bed_days.breakdown_code = ethnic_groups.ethnicity_code
    group by
        bed_days.organisation_code,
        bed_days.service_id,
        bed_days.month_start_on,
        coalesce(ethnic_groups.ethnicity_code, unknown_group.ethnicity_code)
),

placed as (
    select
        interventions.organisation_code,
        interventions.service_id,
        interventions.month_start_on,
        coalesce(ethnic_groups.ethnicity_code, unknown_group.ethnicity_code) as ethnicity_code,
        case
            when interventions.ethnicity_code is null then 'M'
            when interventions.ethnicity_code = 'not_known' then 'D'
            else coalesce(ethnic_groups.vodim_code, 'I')
        end as vodim_code
    from interventions
    cross join unknown_group
    inner join places
        on
            interventions.organisation_code = places.organisation_code
            and interventions.service_id is not distinct from places.service_id
            and interventions.month_start_on = places.month_start_on
    left join ethnic_groups on interventions.ethnicity_code = ethnic_groups.ethnicity_code
),

events as (
    select
        placed.organisation_code,
        placed.month_start_on,
        placed.ethnicity_code,
        placed.vodim_code,
        case when coalesce(bed_days_by_group.is_hidden, false) then 0 else 1 end as intervention_count,
        0 as bed_day_count,
        1 as row_count
    from placed
    left join bed_days_by_group
        on
            placed.organisation_code = bed_days_by_group.organisation_code
            and placed.service_id is not distinct from bed_days_by_group.service_id
            and placed.month_start_on = bed_days_by_group.month_start_on
            and placed.ethnicity_code = bed_days_by_group.ethnicity_code
    union all
    select
        bed_days_by_group.organisation_code,
        bed_days_by_group.month_start_on,
        bed_days_by_group.ethnicity_code,
        null as vodim_code,
        0 as intervention_count,
        bed_days_by_group.bed_day_count,
        0 as row_count
    from bed_days_by_group
    inner join places
        on
            bed_days_by_group.organisation_code = places.organisation_code
            and bed_days_by_group.service_id is not distinct from places.service_id
            and bed_days_by_group.month_start_on = places.month_start_on
    where not bed_days_by_group.is_hidden
),

-- A quarter has too few of most groups: each is told for the year that ends with it.
in_years as (
    select
        events.*,
        organisations.icb_code,
        quarters.quarter_id,
        {{ four_quarters_from("quarters.period_start_on") }} as period_start_on,
        quarters.period_end_on
    from events
    inner join organisations on events.organisation_code = organisations.organisation_code
    inner join quarters
        on
            events.month_start_on <= quarters.period_end_on
            and events.month_start_on >= {{ four_quarters_from("quarters.period_start_on") }}
),

counted as (
    select
        icb_code,
        coalesce(organisation_code, 'ALL') as organisation_code,
        quarter_id,
        period_start_on,
        period_end_on,
        ethnicity_code,
        sum(intervention_count)::bigint as intervention_count,
        sum(bed_day_count)::bigint as bed_day_count
    from in_years
    group by
        grouping sets (
            (icb_code, organisation_code, quarter_id, period_start_on, period_end_on, ethnicity_code),
            (icb_code, quarter_id, period_start_on, period_end_on, ethnicity_code)
        )
),

completeness as (
    select
        icb_code,
        coalesce(organisation_code, 'ALL') as organisation_code,
        quarter_id,
        coalesce(sum(row_count) filter (where vodim_code = 'V'), 0)::bigint as valid_count,
        coalesce(sum(row_count) filter (where vodim_code = 'O'), 0)::bigint as other_count,
        coalesce(sum(row_count) filter (where vodim_code = 'D'), 0)::bigint as default_count,
        coalesce(sum(row_count) filter (where vodim_code = 'I'), 0)::bigint as invalid_count,
        coalesce(sum(row_count) filter (where vodim_code = 'M'), 0)::bigint as missing_count,
        sum(row_count)::bigint as row_count
    from in_years
    group by grouping sets ((icb_code, organisation_code, quarter_id), (icb_code, quarter_id))
),

told as (
    select
        counted.*,
        coalesce(
            counted.intervention_count >= limits.interventions_at_least
            and counted.bed_day_count >= limits.bed_days_at_least,
            false
        ) as is_told
    from counted
    cross join limits
),

white_british as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        intervention_count as reference_count,
        bed_day_count as reference_bed_days
    from told
    where ethnicity_code = 'A' and is_told
),

compared as (
    select
        told.*,
        white_british.reference_count,
        white_british.reference_bed_days,
        case when told.is_told then told.intervention_count end as told_count,
        case when told.is_told then told.bed_day_count end as told_bed_days,
        -- Beside itself White British has no ratio, and who has no known group is no group.
        case
            when told.is_told and told.ethnicity_code <> 'A' and ethnic_groups.vodim_code = 'V'
                then white_british.reference_count
        end as compared_with_count,
        ethnic_groups.ethnicity_label
    from told
    inner join ethnic_groups on told.ethnicity_code = ethnic_groups.ethnicity_code
    left join white_british
        on
            told.icb_code = white_british.icb_code
            and told.organisation_code = white_british.organisation_code
            and told.quarter_id = white_british.quarter_id
),

rated as (
    select
        compared.icb_code,
        compared.organisation_code,
        compared.quarter_id,
        compared.period_start_on,
        compared.period_end_on,
        compared.ethnicity_code,
        compared.ethnicity_label,
        case when compared.is_told then 'counted' else 'too_few_to_say' end as value_state,
        compared.told_count as intervention_count,
        compared.told_bed_days as bed_day_count,
        compared.told_count * 1000 / compared.told_bed_days::double precision as rate_per_1000,
        {{ count_limit("compared.told_count", "lower") }} * 1000 / compared.told_bed_days as rate_lower,
        {{ count_limit("compared.told_count", "upper") }} * 1000 / compared.told_bed_days as rate_upper,
        (compared.told_count::double precision / compared.told_bed_days)
        / (compared.compared_with_count::double precision / compared.reference_bed_days) as rate_ratio,
        {{ rate_ratio_limit(
            "compared.told_count", "compared.told_bed_days",
            "compared.compared_with_count", "compared.reference_bed_days", "lower"
        ) }} as ratio_lower,
        {{ rate_ratio_limit(
            "compared.told_count", "compared.told_bed_days",
            "compared.compared_with_count", "compared.reference_bed_days", "upper"
        ) }} as ratio_upper,
        completeness.valid_count,
        completeness.other_count,
        completeness.default_count,
        completeness.invalid_count,
        completeness.missing_count,
        completeness.row_count,
        completeness.valid_count / nullif(completeness.row_count, 0)::double precision as valid_share
    from compared
    inner join completeness
        on
            compared.icb_code = completeness.icb_code
            and compared.organisation_code = completeness.organisation_code
            and compared.quarter_id = completeness.quarter_id
)

select * from rated
