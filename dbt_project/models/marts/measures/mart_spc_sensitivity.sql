-- What each set of rules says of the same months: a verdict that hangs on the choice of rules is a weak one.
with

spc_rows as (
    select * from {{ ref("mart_spc") }}
),

measures as (
    select * from {{ ref("measures") }}
),

points as (
    select
        series_id,
        idx,
        period_start_on as x,
        y,
        coalesce(
            rebase_group > lag(rebase_group) over (partition by series_id order by idx), false
        ) as rebase_here
    from spc_rows
),

options as (
    {{ spc_latest_options("spc_rows", "measures") }}
),

series as (
    select distinct
        series_id,
        measure_code,
        icb_code,
        organisation_code,
        service_id,
        level
    from spc_rows
),

{% for rules in spc_rule_sets().split(", ") -%}
judged_{{ rules }} as (
    {{ spc_points("points", "options", rules) }}
),

icons_{{ rules }} as (
    {{ spc_icons("judged_" ~ rules, "options", rules) }}
),

{% endfor -%}
-- As in the verdicts: too few points, or a flat line, and there is no icon.
icons as (
    {%- for rules in spc_rule_sets().split(", ") %}
    select
        series_id,
        '{{ rules }}' as rules,
        rule_set,
        case when not is_short then variation_icon end as variation_icon,
        case when not is_short and has_limits then assurance_icon end as assurance_icon
    from icons_{{ rules }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

chosen as (
    select * from icons
    where rules = '{{ chosen_spc_rules() }}'
),

compared as (
    select
        series.series_id,
        series.measure_code,
        series.icb_code,
        series.organisation_code,
        series.service_id,
        series.level,
        icons.rule_set,
        icons.rules = chosen.rules as is_chosen,
        icons.variation_icon,
        icons.assurance_icon,
        (icons.variation_icon is distinct from chosen.variation_icon) as is_other_variation,
        (icons.assurance_icon is distinct from chosen.assurance_icon) as is_other_assurance
    from options
    inner join series on options.series_id = series.series_id
    inner join icons on options.series_id = icons.series_id
    inner join chosen on options.series_id = chosen.series_id
)

select * from compared
