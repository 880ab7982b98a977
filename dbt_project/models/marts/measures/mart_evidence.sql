-- What each organisation, and the region, could show of each expectation that is asked of it, quarter by quarter.
-- The status of an expectation is made of its measures' statuses; the figures beside it are those that decided it.
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
        end as evidence_basis
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
        measured.numerator,
        measured.denominator,
        measured.value,
        measured.value_lower,
        measured.value_upper,
        coalesce(measured.evidence_basis, 'none') as evidence_basis,
        judging.threshold_id,
        judging.operator,
        judging.value as threshold_value,
        judging.owner_kind as threshold_owner_kind,
        judging.owner as threshold_owner,
        case
            when answers.measure_code is null then 'no_evidence_received'
            when coalesce(measured.value_state, 'no_evidence') = 'no_evidence'
                then
                    case
                        when agreed.measure_code is null and asked_by_quarter.measured_code <> 'ALL' then 'no_agreement'
                        else 'no_evidence_received'
                    end
            when measured.value_state in ('not_applicable', 'too_early') then measured.value_state
            when measured.value_state = 'too_few_to_say' or measured.denominator < measures.minimum_denominator
                then 'too_few_to_say'
            when not coalesce(judging.is_owned, false) then 'shown'
            when judging.operator = 'at_least' and measured.value >= judging.value then 'met'
            when judging.operator = 'at_most' and measured.value <= judging.value then 'met'
            else 'not_met'
        end as measure_status
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
),

-- One measure not met is enough; one that judges and is missing leaves the rest partly evidenced.
combined as (
    select
        expectation_id,
        icb_code,
        organisation_code,
        quarter_id,
        period_start_on,
        period_end_on,
        is_joining,
        bool_or(measure_status = 'not_met') as has_unmet,
        bool_or(measure_status in ('met', 'not_met', 'shown')) as has_answer,
        bool_or(
            is_decisive
            and measure_status in ('no_evidence_received', 'no_agreement', 'too_few_to_say', 'too_early')
        ) as has_gap,
        bool_or(measure_status = 'met') and not bool_or(is_decisive and measure_status = 'shown') as is_met,
        bool_or(evidence_basis <> 'none') as is_evidenced,
        bool_or(evidence_basis = 'declared') as is_declared,
        -- Of several reasons for no answer, the one that says most.
        (array_agg(
            measure_status
            order by
                array_position(
                    array['too_early', 'too_few_to_say', 'no_evidence_received', 'no_agreement', 'not_applicable'],
                    measure_status
                ) nulls last
        ) filter (where is_decisive))[1] as why_not,
        array_agg(measure_code order by display_order) filter (where measure_code is not null) as measure_codes
    from answered
    group by
        expectation_id, icb_code, organisation_code, quarter_id, period_start_on, period_end_on, is_joining
),

deciding_measures as (
    select distinct on (expectation_id, icb_code, organisation_code, quarter_id) *
    from answered
    order by
        expectation_id asc,
        icb_code asc,
        organisation_code asc,
        quarter_id asc,
        array_position(
            array['not_met', 'shown', 'met', 'shown beside'],
            measure_status || case when measure_status = 'shown' and not is_decisive then ' beside' else '' end
        ) asc nulls last,
        is_decisive desc,
        display_order asc
),

-- Of several measures that judge, an answer to one is none to the others: each is asked of everybody by itself. Whoever
-- had nothing to count has answered, and can neither carry a region nor hold it back.
judges_evidenced as (
    select
        icb_code,
        expectation_id,
        quarter_id,
        measure_code,
        count(distinct organisation_code) filter (where numerator is not null) as evidenced_count,
        count(distinct organisation_code) filter (where measure_status <> 'not_applicable') as concerned_count,
        count(distinct organisation_code) filter (
            where numerator is not null and measure_status <> 'not_applicable'
        ) as concerned_evidenced_count
    from answered
    where judges and organisation_code <> 'ALL'
    group by icb_code, expectation_id, quarter_id, measure_code
),

least_evidenced as (
    select
        icb_code,
        expectation_id,
        quarter_id,
        min(evidenced_count) as evidenced_count,
        bool_or(concerned_evidenced_count * 3 < concerned_count * 2) as is_below_two_thirds
    from judges_evidenced
    group by icb_code, expectation_id, quarter_id
),

everybody as (
    select
        icb_code,
        expectation_id,
        quarter_id,
        count(*) as organisations_asked,
        count(*) filter (where is_evidenced) as evidenced_count
    from combined
    where organisation_code <> 'ALL'
    group by icb_code, expectation_id, quarter_id
),

-- Where nothing judges, anything that is shown is evidence.
counted as (
    select
        everybody.icb_code,
        everybody.expectation_id,
        everybody.quarter_id,
        everybody.organisations_asked,
        coalesce(least_evidenced.evidenced_count, everybody.evidenced_count) as organisations_evidenced,
        coalesce(least_evidenced.is_below_two_thirds, false) as is_below_two_thirds
    from everybody
    left join least_evidenced
        on
            everybody.icb_code = least_evidenced.icb_code
            and everybody.expectation_id = least_evidenced.expectation_id
            and everybody.quarter_id = least_evidenced.quarter_id
),

judged as (
    select
        combined.*,
        coalesce(counted.organisations_asked, 0) as organisations_asked,
        coalesce(counted.organisations_evidenced, 0) as organisations_evidenced,
        case
            when not combined.has_answer then combined.why_not
            when combined.has_unmet then 'not_met'
            when combined.has_gap then 'partly_evidenced'
            when not combined.is_met then 'shown'
            -- A region that two thirds did not evidence is never met.
            when combined.organisation_code = 'ALL' and counted.is_below_two_thirds then 'partly_evidenced'
            else 'met'
        end as status
    from combined
    left join counted
        on
            combined.icb_code = counted.icb_code
            and combined.expectation_id = counted.expectation_id
            and combined.quarter_id = counted.quarter_id
),

evidence as (
    select
        concat_ws('/', judged.expectation_id, judged.icb_code, judged.organisation_code, judged.quarter_id)
            as evidence_key,
        judged.expectation_id,
        judged.icb_code,
        judged.organisation_code,
        case when judged.organisation_code = 'ALL' then 'region' else 'organisation' end as level,
        judged.quarter_id,
        judged.period_start_on,
        judged.period_end_on,
        expectations.asked_of,
        expectations.answer_kind,
        judged.status,
        case
            when judged.measure_codes is null then 'no_measure'
            when judged.status = 'no_evidence_received' and judged.is_joining then 'joining'
            when
                judged.status = 'shown'
                and deciding_measures.threshold_id is not null
                and deciding_measures.threshold_owner is null
                then 'threshold_not_agreed_here'
            when judged.status = 'partly_evidenced' and not judged.has_gap then 'too_few_organisations'
        end as reason_code,
        case
            when not judged.is_evidenced then 'none'
            when judged.is_declared then 'declared'
            else 'recorded'
        end as evidence_basis,
        judged.measure_codes,
        deciding_measures.measure_code,
        deciding_measures.numerator,
        deciding_measures.denominator,
        deciding_measures.value,
        measures.unit,
        deciding_measures.value_lower,
        deciding_measures.value_upper,
        deciding_measures.threshold_id,
        deciding_measures.threshold_value,
        deciding_measures.threshold_owner_kind,
        deciding_measures.threshold_owner,
        judged.organisations_asked,
        judged.organisations_evidenced,
        expectations.evidence_columns
    from judged
    inner join expectations on judged.expectation_id = expectations.expectation_id
    inner join deciding_measures
        on
            judged.expectation_id = deciding_measures.expectation_id
            and judged.icb_code = deciding_measures.icb_code
            and judged.organisation_code = deciding_measures.organisation_code
            and judged.quarter_id = deciding_measures.quarter_id
    left join measures on deciding_measures.measure_code = measures.measure_code
)

select * from evidence
