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
                coalesce(sized.disclosure_class, 'people') <> 'things'
                and (sized.hidden_months > 0 or sized.median_numerator < limits.median_at_least)
                then 'words_only'
            else 'publishable'
        end as own_chart_state
    from sized
    cross join limits
),

-- A month of which the organisation's chart and all charts but one are printed gives that one, where it is small, as
-- the organisation's less the others.
given_away as (
    select
        stated.measure_code,
        stated.organisation_code,
        spc_rows.period_start_on
    from stated
    inner join spc_rows on stated.series_id = spc_rows.series_id
    inner join measures on stated.measure_code = measures.measure_code
    inner join stated as whole
        on
            stated.measure_code = whole.measure_code
            and stated.organisation_code = whole.organisation_code
            and whole.level = 'organisation'
            and whole.own_chart_state = 'publishable'
    where
        stated.level = 'service'
        and stated.own_chart_state <> 'publishable'
        and (
            spc_rows.numerator > 0
            or (spc_rows.denominator > 0 and coalesce(measures.denominator_class, 'people') <> 'things')
        )
    group by stated.measure_code, stated.organisation_code, spc_rows.period_start_on
    having
        count(*) = 1
        and bool_or(
            {{ is_small("spc_rows.numerator", "measures.disclosure_class") }}
            or {{ is_small("spc_rows.denominator", "measures.denominator_class") }}
        )
),

-- So in each such month the smallest sister that counted anyone in it goes too; without one, the organisation's does.
held_back as (
    select distinct on (given_away.measure_code, given_away.organisation_code, given_away.period_start_on)
        given_away.measure_code,
        stated.series_id
    from given_away
    inner join stated
        on
            given_away.measure_code = stated.measure_code
            and given_away.organisation_code = stated.organisation_code
            and stated.own_chart_state = 'publishable'
    inner join spc_rows
        on
            stated.series_id = spc_rows.series_id
            and given_away.period_start_on = spc_rows.period_start_on
            and (spc_rows.numerator > 0 or stated.level = 'organisation')
    order by
        given_away.measure_code asc,
        given_away.organisation_code asc,
        given_away.period_start_on asc,
        stated.level = 'organisation' asc,
        stated.total_numerator asc,
        stated.series_id asc
),

charted as (
    select
        printable_series.*,
        case when held_back.series_id is not null then 'words_only' else stated.own_chart_state end as chart_state
    from printable_series
    inner join stated on printable_series.series_id = stated.series_id
    left join (select distinct held_back.series_id from held_back) as held_back
        on printable_series.series_id = held_back.series_id
),

rounded as (
    select
        spc_rows.series_id,
        spc_rows.idx,
        spc_rows.period_start_on,
        case charted.disclosure_class
            when 'things' then spc_rows.numerator else {{ rounded_count("spc_rows.numerator") }}
        end as numerator,
        case charted.denominator_class
            when 'things' then spc_rows.denominator else {{ rounded_count("spc_rows.denominator") }}
        end as denominator,
        charted.scale,
        spc_rows.y is null as is_missing,
        spc_rows.rebase_group
        > lag(spc_rows.rebase_group) over (partition by spc_rows.series_id order by spc_rows.idx) as is_begun_anew
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
        coalesce(is_begun_anew, false) as rebase_here
    from rounded
),

options as (
    select
        series_id,
        improvement_direction,
        null::double precision as target,
        null::boolean as screen_outliers,
        null::integer as fix_after_n_points
    from charted
),

judged as (
    {{ spc_points("points", "options", chosen_spc_rules()) }}
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
