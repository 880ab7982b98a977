with

figures as (
    select mart_figures.*
    from {{ ref("mart_figures") }} as mart_figures
    left join {{ ref("pub_organisations_now") }} as organisations
        on mart_figures.organisation_code = organisations.organisation_code
    where organisations.organisation_code is not null or mart_figures.organisation_code = 'ALL'
),

charted_points as (
    select
        charted_points.*,
        measures.unit,
        measures.decimals
    from {{ ref("charted_points") }} as charted_points
    inner join {{ ref("measures") }} as measures on charted_points.measure_code = measures.measure_code
    where charted_points.chart_state = 'publishable'
),

effects as (
    select * from {{ ref("printable_effects") }}
),

quality as (
    select * from {{ ref("pub_data_quality_now") }}
),

disclosed as (
    {{ disclose("figures") }}
),

-- A curve that may not be shown is not a list of empty points.
printable as (
    select * from disclosed
    where measure_code <> 'told_back_curve' or value_state = 'counted'
),

-- One figure is up to five numbers: the count, out of how many, the quotient and its interval.
numbers as (
    select
        numbers.statistic,
        numbers.value,
        numbers.value_state,
        numbers.unit,
        numbers.decimals,
        numbers.disclosure_class,
        printable.figure_key,
        printable.scope,
        printable.section,
        printable.measure_code,
        printable.icb_code,
        printable.organisation_code,
        printable.service_id,
        printable.subject_id,
        printable.period_kind,
        printable.period_start_on,
        printable.period_end_on,
        printable.quarter_id,
        printable.breakdown_kind,
        printable.breakdown_code,
        printable.label,
        printable.evidence_basis
    from printable
    cross join
        lateral (
            values
            (
                case
                    when printable.statistic = 'count' and printable.denominator is null then 'count' else 'numerator'
                end,
                printable.shown_numerator,
                printable.numerator_state,
                case when printable.statistic = 'count' then printable.unit else 'count' end,
                0,
                printable.disclosure_class,
                printable.statistic not in ('days', 'median_days') and printable.measure_code <> 'told_back_curve'
            ),
            (
                'denominator',
                printable.shown_denominator,
                printable.denominator_state,
                case when printable.statistic = 'count' then printable.unit else 'count' end,
                0,
                printable.denominator_class,
                (printable.statistic <> 'count' or printable.denominator is not null)
                and printable.statistic not in ('days', 'median_days') and printable.measure_code <> 'told_back_curve'
            ),
            (
                printable.statistic,
                printable.shown_value,
                printable.value_state,
                printable.unit,
                printable.decimals,
                printable.disclosure_class,
                printable.statistic <> 'count'
            ),
            (
                'lower',
                printable.given_lower,
                'counted',
                printable.unit,
                printable.decimals,
                printable.disclosure_class,
                printable.given_lower is not null and printable.value_state = 'counted'
            ),
            (
                'upper',
                printable.given_upper,
                'counted',
                printable.unit,
                printable.decimals,
                printable.disclosure_class,
                printable.given_upper is not null and printable.value_state = 'counted'
            )
        ) as numbers (statistic, value, value_state, unit, decimals, disclosure_class, is_printed)
    where numbers.is_printed
),

from_figures as (
    select
        measure_code || '.' || statistic || '/' || scope || '/'
        || case period_kind when 'quarter' then quarter_id else period_kind end as figure_id,
        section,
        measure_code,
        statistic,
        icb_code,
        organisation_code,
        service_id,
        subject_id,
        period_kind,
        period_start_on,
        period_end_on,
        quarter_id,
        breakdown_kind,
        breakdown_code,
        label,
        value,
        value_state,
        unit,
        decimals,
        disclosure_class,
        evidence_basis
    from numbers
),

from_series as (
    select
        concat_ws('/', 'spc', charted_points.series_id, to_char(charted_points.period_start_on, 'YYYY-MM'), lines.line)
            as figure_id,
        'series' as section,
        charted_points.measure_code,
        lines.line as statistic,
        charted_points.icb_code,
        charted_points.organisation_code,
        charted_points.service_id,
        charted_points.series_id as subject_id,
        'month' as period_kind,
        charted_points.period_start_on,
        (charted_points.period_start_on + interval '1 month - 1 day')::date as period_end_on,
        {{ financial_quarter("charted_points.period_start_on") }} as quarter_id,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        case lines.line when 'value' then charted_points.point_type end as label,
        lines.value,
        case
            when lines.value is not null then 'counted'
            when lines.line = 'value' then 'no_evidence'
            else 'not_applicable'
        end as value_state,
        charted_points.unit,
        charted_points.decimals,
        charted_points.disclosure_class,
        case when charted_points.y is null then 'none' else 'recorded' end as evidence_basis
    from charted_points
    cross join lateral (
        values
        ('value', charted_points.y),
        ('mean', charted_points.mean),
        ('lpl', charted_points.lpl),
        ('upl', charted_points.upl)
    ) as lines (line, value)
),

from_effects as (
    select
        concat_ws('/', 'effect.' || lines.line, effects.organisation_code, effects.change_id, effects.measure_code)
            as figure_id,
        'effects' as section,
        effects.measure_code,
        lines.line as statistic,
        effects.icb_code,
        effects.organisation_code,
        effects.service_id,
        effects.change_id as subject_id,
        'as_of' as period_kind,
        effects.implemented_on as period_start_on,
        {{ as_of_on() }} as period_end_on,
        '{{ var("report_quarter") }}' as quarter_id,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        effects.verdict as label,
        lines.value,
        case when lines.value is null then 'too_few_to_say' else 'counted' end as value_state,
        'times the rate before' as unit,
        2 as decimals,
        coalesce(effects.disclosure_class, 'people') as disclosure_class,
        'recorded' as evidence_basis
    from effects
    cross join
        lateral (
            values
            ('value', effects.value),
            ('lower', effects.value_lower),
            ('upper', effects.value_upper)
        ) as lines (line, value)
    where effects.verdict in ('improved', 'worsened', 'no_signal')
),

from_quality as (
    select
        concat_ws('/', 'rows_' || lines.line || '.count', quality.organisation_code, quality.record, quality.rule)
            as figure_id,
        'quality' as section,
        'rows_' || lines.line as measure_code,
        'count' as statistic,
        quality.icb_code,
        quality.organisation_code,
        null::text as service_id,
        quality.record as subject_id,
        'as_of' as period_kind,
        {{ as_of_on() }} as period_start_on,
        {{ as_of_on() }} as period_end_on,
        '{{ var("report_quarter") }}' as quarter_id,
        'rule' as breakdown_kind,
        quality.rule as breakdown_code,
        null::text as label,
        lines.value::double precision as value,
        case when lines.value is null then 'suppressed' else 'counted' end as value_state,
        'rows' as unit,
        0 as decimals,
        quality.disclosure_class,
        'recorded' as evidence_basis
    from quality
    cross join
        lateral (
            values
            ('read', quality.rows_read, quality.rule = 'all'),
            ('accepted', quality.rows_accepted, quality.rule = 'all'),
            ('failed', quality.rows_failed, quality.rule <> 'all'),
            (
                'set_aside', quality.rows_set_aside,
                quality.rule = 'all' or quality.severity = 'set_aside'
            )
        ) as lines (line, value, is_printed)
    where lines.is_printed
),

every_figure as (
    select * from from_figures
    union all
    select * from from_series
    union all
    select * from from_effects
    union all
    select * from from_quality
)

select * from every_figure
