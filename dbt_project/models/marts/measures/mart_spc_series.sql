-- The verdict on each series: which way it goes, whether there are points enough to say so, and what to bear in mind.
with

spc_rows as (
    select * from {{ ref("mart_spc") }}
),

measures as (
    select * from {{ ref("measures") }}
),

judged as (
    select
        series_id,
        idx,
        period_start_on as x,
        y,
        lpl,
        upl,
        point_type,
        {{ spc_is_short(chosen_spc_rules()) }} as short_group_warning
    from spc_rows
),

options as (
    {{ spc_latest_options("spc_rows", "measures") }}
),

icons as (
    {{ spc_icons("judged", "options", chosen_spc_rules()) }}
),

spread as (
    select
        series_id,
        measure_code,
        icb_code,
        organisation_code,
        service_id,
        level,
        min(period_start_on) as first_month_on,
        max(period_start_on) as last_month_on,
        max(period_start_on) filter (where y is not null) as last_point_on,
        bool_or(services_missing > 0) as has_services_missing,
        max(rebase_group) > min(rebase_group) as has_counting_changed,
        max(abs(denominator / nullif(average_denominator, 0) - 1)) as denominator_swing_share
    from (
        select
            *,
            avg(denominator) over (partition by series_id) as average_denominator
        from spc_rows
    ) as with_average
    group by series_id, measure_code, icb_code, organisation_code, service_id, level
),

verdicts as (
    select
        spread.series_id,
        spread.measure_code,
        measures.plain_name,
        spread.icb_code,
        spread.organisation_code,
        spread.service_id,
        spread.level,
        measures.direction as improvement_direction,
        'month' as grain,
        spread.first_month_on,
        spread.last_month_on,
        spread.last_point_on,
        icons.n_points::integer as point_count,
        icons.n_missing::integer as missing_count,
        icons.n_special::integer as special_count,
        case when not icons.is_short then icons.variation_icon end as variation_icon,
        case when not icons.is_short and icons.has_limits then icons.assurance_icon end as assurance_icon,
        case
            when icons.is_short then 'too_few_points'
            when not icons.has_limits then 'no_variation'
            when icons.variation_icon = 'special_cause_improvement' then 'improving'
            when icons.variation_icon = 'special_cause_concern' then 'worsening'
            when icons.variation_icon = 'special_cause_neutral_high' then 'high'
            when icons.variation_icon = 'special_cause_neutral_low' then 'low'
            else 'no_change'
        end as verdict,
        spread.denominator_swing_share::double precision as denominator_swing_share,
        nullif(concat_ws(
            ';',
            case when spread.denominator_swing_share > swings.value then 'denominator_swings' end,
            case when icons.n_missing > 0 then 'months_missing' end,
            case when spread.last_point_on < spread.last_month_on then 'latest_month_missing' end,
            case when spread.has_services_missing then 'services_missing' end,
            case when spread.has_counting_changed then 'counting_changed' end
        ), '') as caveat,
        icons.rule_set,
        options.target
    from spread
    inner join icons on spread.series_id = icons.series_id
    left join options on spread.series_id = options.series_id
    inner join measures on spread.measure_code = measures.measure_code
    inner join {{ ref("thresholds") }} as swings on swings.threshold_id = 'denominator_swings_within'
)

select * from verdicts
