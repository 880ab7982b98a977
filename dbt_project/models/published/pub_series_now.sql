with

charted_points as (
    select * from {{ ref("charted_points") }}
),

measures as (
    select * from {{ ref("measures") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

services as (
    select * from {{ ref("dim_service") }}
),

-- The last point there is names the icon, as it does for the true values.
series as (
    select distinct on (series_id) *
    from charted_points
    order by
        series_id asc,
        (y is null) asc,
        idx desc
),

printable as (
    select
        series.series_id,
        series.measure_code,
        series.plain_name,
        series.icb_code,
        series.organisation_code,
        organisations.organisation_name,
        series.service_id,
        services.service_name,
        series.improvement_direction,
        series.grain,
        series.chart_state,
        series.point_type as variation_icon,
        case when series.chart_state = 'publishable' then series.true_assurance_icon end as assurance_icon,
        case series.verdict
            when 'improving' then 'The latest month is part of a signal of improvement.'
            when 'worsening' then 'The latest month is part of a signal that this is getting worse.'
            when 'high' then 'The latest month is part of a signal that this is higher than it was.'
            when 'low' then 'The latest month is part of a signal that this is lower than it was.'
            when 'too_few_points' then 'There are too few months to say whether this is changing.'
            when 'no_variation' then 'Every month is the same.'
            else 'The latest month is within what chance alone would bring: no sign of change.'
        end as verdict_words,
        series.rule_set,
        case
            when
                series.chart_state = 'publishable'
                and coalesce(series.point_type, 'none') <> coalesce(series.true_variation_icon, 'none')
                then
                    'This chart is drawn from rounded counts and its last point reads differently from the exact ones.'
                    || ' The verdict in words is that of the exact counts.'
        end as disagreement_words,
        nullif(concat_ws(
            ' ',
            case
                when series.caveat like '%denominator_swings%'
                    then
                        'What it is counted out of varies widely from month to month: the limits do not allow for that.'
            end,
            case
                when
                    series.caveat like '%months_missing%'
                    then 'Some months were not received. They are left out, not nought.'
            end,
            case when series.caveat like '%latest_month_missing%' then 'The latest month was not received.' end,
            case
                when series.caveat like '%services_missing%'
                    then
                        'In some months not every service reported. A month without those that carry much of it is'
                        || ' left out.'
            end,
            case
                when series.caveat like '%counting_changed%'
                    then 'The way of counting changed: the average and the limits begin anew from that month.'
            end
        ), '') as caveat_words,
        series.first_month_on,
        series.last_month_on,
        measures.unit
    from series
    inner join measures on series.measure_code = measures.measure_code
    inner join organisations on series.organisation_code = organisations.organisation_code
    left join services
        on series.organisation_code = services.organisation_code and series.service_id = services.service_id
)

select * from printable
