{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Which series may be printed as a chart, and its points and limits as the same rules find them in the rounded counts.
-- Limits of true counts beside rounded points would let the points be solved.
with

spc_rows as (
    select * from {{ ref("mart_spc") }}
),

series as (
    select * from {{ ref("mart_spc_series") }}
),

measures as (
    select * from {{ ref("measures") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

limits as (
    select value as median_at_least
    from {{ ref("thresholds") }}
    where threshold_id = 'chart_median_at_least'
),

printable_series as (
    select
        series.*,
        measures.scale,
        measures.disclosure_class,
        measures.denominator_class
    from series
    inner join measures on series.measure_code = measures.measure_code
    inner join organisations on series.organisation_code = organisations.organisation_code
    where series.level = 'organisation' or measures.is_published_by_service
),

sized as (
    select
        printable_series.series_id,
        printable_series.measure_code,
        printable_series.organisation_code,
        printable_series.level,
        printable_series.verdict,
        printable_series.disclosure_class,
        sum(spc_rows.numerator) as total_numerator,
        percentile_cont(0.5) within group (order by spc_rows.numerator) as median_numerator,
        count(*) filter (
            where {{ is_small("spc_rows.numerator", "printable_series.disclosure_class") }}
            or {{ is_small("spc_rows.denominator", "printable_series.denominator_class") }}
        ) as hidden_months
    from printable_series
    inner join spc_rows on printable_series.series_id = spc_rows.series_id
    group by
        printable_series.series_id,
        printable_series.measure_code,
        printable_series.organisation_code,
        printable_series.level,
        printable_series.verdict,
        printable_series.disclosure_class
),

stated as (
    select
        sized.*,
        case
            when sized.verdict = 'too_few_points' then 'too_few_points'
            when
                sized.disclosure_class = 'people'
                and (sized.hidden_months > 0 or sized.median_numerator < limits.median_at_least)
                then 'words_only'
            else 'publishable'
        end as own_chart_state
    from sized
    cross join limits
),

-- One chart with hidden months among its sisters is the organisation's less the others: the smallest sister goes too.
ranked as (
    select
        stated.*,
        row_number() over (
            partition by measure_code, organisation_code, level, own_chart_state
            order by total_numerator asc, series_id asc
        ) as size_rank,
        count(*) filter (where own_chart_state <> 'publishable' and hidden_months > 0) over (
            partition by measure_code, organisation_code, level
        ) as held_back
    from stated
),

charted as (
    select
        printable_series.*,
        case
            when
                ranked.level = 'service' and ranked.own_chart_state = 'publishable' and ranked.held_back = 1
                and ranked.size_rank = 1 and ranked.disclosure_class = 'people'
                then 'words_only'
            else ranked.own_chart_state
        end as chart_state
    from printable_series
    inner join ranked on printable_series.series_id = ranked.series_id
),

rounded as (
    select
        spc_rows.series_id,
        spc_rows.idx,
        spc_rows.period_start_on,
        case charted.disclosure_class
            when 'people' then {{ rounded_count("spc_rows.numerator") }} else spc_rows.numerator
        end as numerator,
        case charted.denominator_class
            when 'people' then {{ rounded_count("spc_rows.denominator") }} else spc_rows.denominator
        end as denominator,
        charted.scale,
        spc_rows.y is null as is_missing
    from spc_rows
    inner join charted on spc_rows.series_id = charted.series_id
    where charted.chart_state = 'publishable'
),

points as (
    select
        series_id,
        idx,
        period_start_on as x,
        case when not is_missing then numerator * scale / nullif(denominator, 0)::double precision end as y,
        false as rebase_here
    from rounded
),

options as (
    select
        series_id,
        improvement_direction,
        null::double precision as target,
        true as screen_outliers,
        null::integer as fix_after_n_points
    from charted
),

judged as (
    {{ spc_points("points", "options") }}
),

charted_points as (
    select
        charted.series_id,
        charted.measure_code,
        charted.plain_name,
        charted.icb_code,
        charted.organisation_code,
        charted.service_id,
        charted.level,
        charted.improvement_direction,
        charted.grain,
        charted.chart_state,
        charted.verdict,
        charted.variation_icon as true_variation_icon,
        charted.assurance_icon as true_assurance_icon,
        charted.caveat,
        charted.rule_set,
        charted.first_month_on,
        charted.last_month_on,
        charted.disclosure_class,
        judged.idx,
        judged.x as period_start_on,
        judged.y,
        judged.mean,
        judged.lpl,
        judged.upl,
        judged.point_type
    from charted
    left join judged on charted.series_id = judged.series_id
)

select * from charted_points
