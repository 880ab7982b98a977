{#
What each measure of an expectation came to, at each organisation asked and in the region, quarter by quarter.

One row per expectation, ICB, organisation, quarter and measure; one without a measure where this release computes none.
value_least and value_most are the least and the most that the value can be: both are the value itself where it is
known, and further apart where it is read off rounded counts.
#}
{% macro evidence_answered() %}
with

expectations as (
    select * from {{ ref("expectations") }}
),

asked as (
    select * from {{ ref("expectations_asked") }}
),

answers as (
    select * from {{ ref("expectation_answers") }}
),

measures as (
    select * from {{ ref("measures") }}
),

measured as (
    select * from {{ ref("fct_measures") }}
    where period_kind = 'quarter' and service_id is null
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

agreed as (
    select * from {{ ref("agreements_by_measure") }}
),

judging as (
    select * from {{ ref("judging_thresholds") }}
),

-- A share that is read off a curve is no quotient that could be pooled anew: the curve of those asked is read.
told_back_of_providers as (
    select * from {{ ref("measures_told_back") }}
    where organisation_code = 'PROVIDERS'
),

icbs as (
    select distinct icb_code from asked
),

-- What is asked of the commissioner alone is the region's as the commissioner's register has it, no sum over providers.
whose as (
    select
        expectation_id,
        icb_code,
        organisation_code,
        organisation_code as measured_code,
        joined_on
    from asked
    union all
    select
        expectations.expectation_id,
        icbs.icb_code,
        'ALL' as organisation_code,
        coalesce(commissioners.organisation_code, 'ALL') as measured_code,
        null::date as joined_on
    from expectations
    cross join icbs
    left join asked as commissioners
        on
            expectations.asked_of = 'icb'
            and expectations.expectation_id = commissioners.expectation_id
            and icbs.icb_code = commissioners.icb_code
),

-- What an organisation has that is not asked for an expectation is no part of the region's answer to it.
not_asked as (
    select distinct
        answers.expectation_id,
        measured.icb_code,
        measured.measure_code,
        measured.quarter_id
    from answers
    inner join measures on answers.measure_code = measures.measure_code
    inner join expectations
        on
            answers.expectation_id = expectations.expectation_id
            and expectations.asked_of in ('all', 'full', 'bed')
            -- Of some providers alone there is no curve.
            and (measures.family is distinct from 'told_back' or expectations.asked_of = 'all')
    inner join measured
        on
            answers.measure_code = measured.measure_code
            and measured.organisation_code <> 'ALL'
            and measured.numerator is not null
    left join asked
        on
            answers.expectation_id = asked.expectation_id
            and measured.icb_code = asked.icb_code
            and measured.organisation_code = asked.organisation_code
    where asked.organisation_code is null
),

pooled as (
    select
        not_asked.expectation_id,
        not_asked.icb_code,
        not_asked.measure_code,
        not_asked.quarter_id,
        sum(measured.numerator)::bigint as numerator,
        sum(measured.denominator)::bigint as denominator,
        bool_or(measured.evidence_basis = 'declared') as is_declared,
        bool_or(measured.value_state = 'too_early') as is_too_early
    from not_asked
    left join asked
        on not_asked.expectation_id = asked.expectation_id and not_asked.icb_code = asked.icb_code
    left join measured
        on
            not_asked.measure_code = measured.measure_code
            and not_asked.quarter_id = measured.quarter_id
            and not_asked.icb_code = measured.icb_code
            and asked.organisation_code = measured.organisation_code
    group by not_asked.expectation_id, not_asked.icb_code, not_asked.measure_code, not_asked.quarter_id
),

figures as (
    select
        answers.expectation_id,
        measured.measure_code,
        measured.icb_code,
        measured.organisation_code,
        measured.quarter_id,
        {%- for part in ("numerator", "denominator") %}
        case when pooled.measure_code is null then measured.{{ part }} else pooled.{{ part }} end as {{ part }},
        {%- endfor %}
        case
            when pooled.measure_code is null then measured.value
            when measures.family = 'told_back' then told_back_of_providers.given_value
            when not coalesce(pooled.is_too_early, false)
                then pooled.numerator * measures.scale / nullif(pooled.denominator, 0)::double precision
        end as value,
        {%- for side in ("lower", "upper") %}
        case
            when pooled.measure_code is null then measured.value_{{ side }}
            when measures.family = 'told_back' then told_back_of_providers.given_{{ side }}
            when not coalesce(pooled.is_too_early, false)
                then {{ value_limit("pooled.numerator", "pooled.denominator", side) }}
        end as value_{{ side }},
        {%- endfor %}
        case
            when pooled.measure_code is null then measured.value_state
            when pooled.numerator is null then 'no_evidence'
            when pooled.denominator = 0 then 'not_applicable'
            when pooled.is_too_early then 'too_early'
            when measures.family = 'told_back' and told_back_of_providers.given_value is null then 'too_few_to_say'
            else 'counted'
        end as value_state,
        case
            when pooled.measure_code is null then measured.evidence_basis
            when pooled.numerator is null then 'none'
            when pooled.is_declared then 'declared'
            else 'recorded'
        end as evidence_basis,
        pooled.measure_code is not null as is_pooled_anew
    from answers
    inner join measured on answers.measure_code = measured.measure_code
    inner join measures on measured.measure_code = measures.measure_code
    left join pooled
        on
            measured.organisation_code = 'ALL'
            and answers.expectation_id = pooled.expectation_id
            and measured.icb_code = pooled.icb_code
            and measured.measure_code = pooled.measure_code
            and measured.quarter_id = pooled.quarter_id
    left join told_back_of_providers
        on
            pooled.icb_code = told_back_of_providers.icb_code
            and pooled.measure_code = told_back_of_providers.measure_code
            and pooled.quarter_id = told_back_of_providers.quarter_id
),

asked_by_quarter as (
    select
        whose.*,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on,
        {{ is_joining("whose.joined_on", "quarters.period_start_on") }} as is_joining
    from whose
    inner join quarters on whose.joined_on is null or whose.joined_on <= quarters.period_end_on
),

answered as (
    select
        asked_by_quarter.*,
        answers.measure_code,
        coalesce(answers.judges, false) as judges,
        -- Where no measure judges, as where there is no right answer, each that answers is part of the answer.
        answers.judges or not bool_or(coalesce(answers.judges, false)) over (
            partition by
                asked_by_quarter.expectation_id,
                asked_by_quarter.icb_code,
                asked_by_quarter.organisation_code,
                asked_by_quarter.quarter_id
        ) as is_decisive,
        measures.display_order,
        measures.minimum_denominator,
        measures.leaves_small_groups_out,
        measured.numerator is not null as is_evidenced,
        coalesce(measured.is_pooled_anew, false) as is_pooled_anew,
        measured.value_state,
        measured.numerator,
        measured.denominator,
        measured.value,
        measured.value as value_least,
        measured.value as value_most,
        measured.value_lower,
        measured.value_upper,
        coalesce(measured.evidence_basis, 'none') as evidence_basis,
        case when not measured.is_pooled_anew then asked_by_quarter.measured_code end as figures_of,
        judging.threshold_id,
        judging.operator,
        judging.value as threshold_value,
        judging.owner_kind as threshold_owner_kind,
        judging.owner as threshold_owner,
        judging.is_owned,
        agreed.measure_code is not null as is_agreed
    from asked_by_quarter
    left join answers on asked_by_quarter.expectation_id = answers.expectation_id
    left join measures on answers.measure_code = measures.measure_code
    left join figures as measured
        on
            answers.expectation_id = measured.expectation_id
            and answers.measure_code = measured.measure_code
            and asked_by_quarter.icb_code = measured.icb_code
            and asked_by_quarter.measured_code = measured.organisation_code
            and asked_by_quarter.quarter_id = measured.quarter_id
    left join judging
        on
            asked_by_quarter.expectation_id = judging.expectation_id
            and answers.measure_code = judging.measure_code
            and asked_by_quarter.quarter_id = judging.quarter_id
    left join agreed
        on
            answers.measure_code = agreed.measure_code
            and asked_by_quarter.measured_code = agreed.organisation_code
            and asked_by_quarter.quarter_id = agreed.quarter_id
)

select * from answered
{% endmacro %}
