-- The report's figures with their true values, before anything is hidden or rounded: pub_figures_now is made of these.
with

measures as (
    select * from {{ ref("measures") }}
),

quarter as (
    select * from {{ ref("int_quarters__measured") }}
    where quarter_id = '{{ var("report_quarter") }}'
),

-- Figures that no measure defines.
classes as (
    select * from {{ ref("disclosure_classes") }}
    where subject_kind = 'figure'
),

told_back as (
    select max(minimum_denominator) as minimum_denominator
    from measures
    where family = 'told_back'
),

printed_quarters as (
    select * from {{ ref("printed_quarters") }}
),

evidence_quarters as (
    select * from {{ ref("evidence_quarters") }}
),

every_figure as (
    select * from {{ ref("figures_measured") }}
    union all
    select * from {{ ref("figures_counted") }}
    union all
    select * from {{ ref("figures_timed") }}
    union all
    select * from {{ ref("figures_told") }}
),

-- What needs twenty to be said for the measures needs twenty for the curve and the median they are read off.
described as (
    select
        every_figure.*,
        -- What nobody has classed is people, until somebody says otherwise.
        coalesce(measures.disclosure_class, classes.disclosure_class, 'people') as disclosure_class,
        coalesce(measures.denominator_class, classes.disclosure_class, 'people') as denominator_class,
        coalesce(measures.scale, 1) as scale,
        case
            when measures.measure_code is not null then measures.minimum_denominator
            when every_figure.measure_code in ('told_back_curve', 'told_back_median') then told_back.minimum_denominator
            else 0
        end as minimum_denominator,
        -- The region goes by its ICB's code: there may be several.
        concat_ws(
            '/',
            case every_figure.organisation_code
                when 'ALL' then every_figure.icb_code else every_figure.organisation_code
            end,
            every_figure.service_id,
            every_figure.subject_id,
            case when every_figure.breakdown_kind <> 'none' then every_figure.breakdown_code end
        ) as scope,
        coalesce(told_of.quarter_id, printed_quarters.quarter_id, quarter.quarter_id) as quarter_id,
        coalesce(told_of.period_start_on, printed_quarters.period_start_on, quarter.period_start_on) as period_start_on,
        coalesce(told_of.period_end_on, printed_quarters.period_end_on, quarter.period_end_on) as period_end_on
    from every_figure
    cross join told_back
    cross join quarter
    left join printed_quarters on every_figure.measure_code = printed_quarters.measure_code
    left join evidence_quarters as told_of
        on every_figure.breakdown_kind = 'expectation' and every_figure.breakdown_code = told_of.expectation_id
    left join measures on every_figure.measure_code = measures.measure_code
    left join classes on every_figure.measure_code = classes.code
),

placed as (
    select
        described.measure_code || '/' || described.scope || '/'
        || case described.period_kind when 'quarter' then described.quarter_id else described.period_kind end
            as figure_key,
        case
            when described.service_id is not null and described.subject_id is null
                then concat_ws('/', described.measure_code, described.organisation_code, described.quarter_id)
            when
                described.organisation_code <> 'ALL' and described.subject_id is null
                and described.breakdown_kind = 'none'
                then concat_ws('/', described.measure_code, described.icb_code, described.quarter_id)
        end as total_key,
        described.scope,
        described.measure_code,
        described.statistic,
        described.section,
        described.icb_code,
        described.organisation_code,
        described.service_id,
        described.subject_id,
        described.period_kind,
        case described.period_kind when 'quarter' then described.period_start_on else {{ as_of_on() }} end
            as period_start_on,
        case described.period_kind when 'quarter' then described.period_end_on else {{ as_of_on() }} end
            as period_end_on,
        described.quarter_id,
        described.breakdown_kind,
        described.breakdown_code,
        described.label,
        described.numerator::bigint as numerator,
        described.denominator::bigint as denominator,
        described.given_value,
        described.given_lower,
        described.given_upper,
        described.scale,
        described.minimum_denominator,
        described.disclosure_class,
        described.denominator_class,
        described.unit,
        described.decimals,
        case when described.numerator is null and described.given_value is null then 'none' else 'recorded' end
            as evidence_basis
    from described
)

select * from placed
