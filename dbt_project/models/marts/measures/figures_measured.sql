{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The measures of the report's quarter, and of how many organisations asked they could be told.
with

printed_quarters as (
    select * from {{ ref("printed_quarters") }}
),

measured as (
    select
        fct_measures.*,
        printed_quarters.is_followed
    from {{ ref("fct_measures") }} as fct_measures
    inner join printed_quarters
        on
            fct_measures.measure_code = printed_quarters.measure_code
            and fct_measures.quarter_id = printed_quarters.quarter_id
    where fct_measures.period_kind = 'quarter'
),

too_early as (
    select * from {{ ref("fct_measures") }}
    where
        period_kind = 'quarter'
        and quarter_id = '{{ var("report_quarter") }}'
        and value_state = 'too_early'
),

measures as (
    select * from {{ ref("measures") }}
    where section is not null
),

-- Whom each measure is asked of, through the expectations that it answers.
asked as (
    select distinct
        expectations_asked.icb_code,
        expectations_asked.organisation_code,
        answering.measure_code
    from {{ ref("expectations_asked") }} as expectations_asked
    inner join {{ ref("expectation_measures") }} as answering
        on expectations_asked.expectation_id = answering.expectation_id
    inner join measures on answering.measure_code = measures.measure_code
    where answering.relation = 'answers'
),

figures as (
    select
        measures.measure_code,
        measures.statistic,
        measures.section,
        measured.icb_code,
        measured.organisation_code,
        measured.service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        -- Printed beside what is older than the report's quarter, or rests on fewer than its three months.
        case
            when measured.is_followed
                then
                    'decided from ' || to_char({{ four_quarters_from("measured.period_start_on") }}, 'FMMonth YYYY')
                    || ' to ' || to_char(measured.period_end_on, 'FMMonth YYYY')
            when measured.months_evidenced between 1 and 2 then 'some months missing'
            when measured.service_months_missing > 0 then 'some months of some services missing'
        end as label,
        measured.numerator,
        measured.denominator,
        case when measures.family = 'told_back' then measured.value end as given_value,
        case when measures.family = 'told_back' then measured.value_lower end as given_lower,
        case when measures.family = 'told_back' then measured.value_upper end as given_upper,
        measures.unit,
        measures.decimals
    from measured
    inner join measures on measured.measure_code = measures.measure_code
    left join asked
        on measured.measure_code = asked.measure_code and measured.organisation_code = asked.organisation_code
    where
        (measured.level <> 'service' or measures.is_published_by_service)
        -- Nobody is shown to lack evidence that nobody asked them for.
        and (measured.level = 'region' or measured.evidence_basis <> 'none' or asked.measure_code is not null)
),

-- What can be counted of the year that is too early to judge: no share is made of it.
so_far as (
    select
        too_early.measure_code || '_so_far' as measure_code,
        'count' as statistic,
        measures.section,
        too_early.icb_code,
        too_early.organisation_code,
        too_early.service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        'so far' as label,
        too_early.numerator,
        too_early.denominator,
        null::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'things said' as unit,
        0 as decimals
    from too_early
    inner join measures on too_early.measure_code = measures.measure_code
),

-- Of a measure that has no section the matrix of expectations says it.
evidenced as (
    select
        'evidence' as measure_code,
        'count' as statistic,
        'missing' as section,
        asked.icb_code,
        'ALL' as organisation_code,
        null::text as service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'measure' as breakdown_kind,
        asked.measure_code as breakdown_code,
        null::text as label,
        count(measured.measured_key) filter (where measured.evidence_basis <> 'none') as numerator,
        count(*) as denominator,
        null::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'organisations' as unit,
        0 as decimals
    from asked
    inner join measures on asked.measure_code = measures.measure_code and measures.section <> 'evidence'
    left join measured
        on
            asked.measure_code = measured.measure_code
            and asked.organisation_code = measured.organisation_code
            and measured.level = 'organisation'
    group by asked.icb_code, asked.measure_code
),

-- Of how many that are asked of an expectation the report has evidence, in the quarter that it tells it of.
reached as (
    select
        'evidence' as measure_code,
        'count' as statistic,
        'evidence' as section,
        evidence.icb_code,
        evidence.organisation_code,
        null::text as service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'expectation' as breakdown_kind,
        evidence.expectation_id as breakdown_code,
        null::text as label,
        evidence.organisations_evidenced as numerator,
        evidence.organisations_asked as denominator,
        null::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'organisations' as unit,
        0 as decimals
    from {{ ref("mart_evidence") }} as evidence
    inner join {{ ref("evidence_quarters") }} as evidence_quarters
        on
            evidence.expectation_id = evidence_quarters.expectation_id
            and evidence.quarter_id = evidence_quarters.quarter_id
    where evidence.organisation_code = 'ALL' and evidence.organisations_asked > 0
),

every_figure as (
    select * from figures
    union all
    select * from so_far
    union all
    select * from evidenced
    union all
    select * from reached
)

select * from every_figure
