{#- Why there is no answer, from the reason that says most to the one that says least. -#}
{% macro without_answer() -%}
    array['too_early', 'too_few_to_say', 'no_evidence_received', 'no_agreement', 'not_applicable']
{%- endmacro %}


{#
What the measures of each expectation come to together: one row per expectation, ICB, organisation and quarter.

`rows` is a relation as evidence_answered gives it. The marts put the true values in and the report the values as it
prints them, so that what is printed of an expectation can never tell more than the numbers that stand beside it.
#}
{% macro evidence_told(rows) %}
with

given as (
    select * from {{ rows }}
),

-- What is read off rounded counts is met or not met where all that they can have been is.
valued as (
    select
        *,
        case
            when measure_code is null then 'no_evidence_received'
            when not is_evidenced and not is_agreed and measured_code <> 'ALL' then 'no_agreement'
            when not is_evidenced then 'no_evidence_received'
            when value_state = 'suppressed' then 'withheld'
            when value_state in ('not_applicable', 'too_early') then value_state
            when value_state = 'too_few_to_say' or denominator < minimum_denominator then 'too_few_to_say'
            when not coalesce(is_owned, false) then 'shown'
            when operator = 'at_least' and value_least >= threshold_value then 'met'
            when operator = 'at_least' and value_most < threshold_value then 'not_met'
            when operator = 'at_most' and value_most <= threshold_value then 'met'
            when operator = 'at_most' and value_least > threshold_value then 'not_met'
            else 'shown'
        end as measure_status
    from given
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
        bool_or(is_decisive and measure_status = 'withheld') as has_withheld,
        bool_or(judges) as is_judged,
        bool_or(measure_status in ('met', 'not_met', 'shown')) as has_answer,
        bool_or(
            is_decisive
            and measure_status in ('no_evidence_received', 'no_agreement', 'too_few_to_say', 'too_early')
        ) as has_gap,
        bool_or(measure_status = 'met') and not bool_or(is_decisive and measure_status = 'shown') as is_met,
        bool_or(evidence_basis <> 'none') as is_evidenced,
        bool_or(evidence_basis = 'declared') as is_declared,
        -- Of several reasons for no answer, the one that says most.
        (array_agg(measure_status order by array_position({{ without_answer() }}, measure_status) nulls last)
            filter (where is_decisive))[1] as why_not,
        array_agg(measure_code order by display_order) filter (where measure_code is not null) as measure_codes,
        array_agg(coalesce(figures_of, '') order by display_order) filter (where measure_code is not null)
            as measures_figures_of,
        array_agg(measure_code order by display_order) filter (
            where is_decisive
            and measure_code is not null
            and measure_status in ('no_evidence_received', 'no_agreement', 'too_few_to_say', 'too_early')
        ) as missing_measure_codes
    from valued
    group by
        expectation_id, icb_code, organisation_code, quarter_id, period_start_on, period_end_on, is_joining
),

-- The measure whose figures stand beside the status is one that has it.
deciding_measures as (
    select distinct on (expectation_id, icb_code, organisation_code, quarter_id) *
    from valued
    order by
        expectation_id asc,
        icb_code asc,
        organisation_code asc,
        quarter_id asc,
        array_position(
            array['not_met', 'withheld judge', 'shown', 'met', 'withheld', 'shown beside'] || {{ without_answer() }},
            measure_status || case
                when not is_decisive then ' beside'
                when judges and measure_status = 'withheld' then ' judge'
                else ''
            end
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
        count(distinct organisation_code) filter (where is_evidenced) as evidenced_count,
        count(distinct organisation_code) filter (where measure_status <> 'not_applicable') as concerned_count,
        count(distinct organisation_code) filter (
            where is_evidenced and measure_status <> 'not_applicable'
        ) as concerned_evidenced_count
    from valued
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
            when combined.has_unmet then 'not_met'
            -- Where nothing judges, what is printed is shown without what is not.
            when combined.has_withheld and (combined.is_judged or not combined.has_answer) then 'withheld'
            when not combined.has_answer then combined.why_not
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

told as (
    select
        judged.*,
        case
            when judged.measure_codes is null then 'no_measure'
            when judged.status = 'no_evidence_received' and judged.is_joining then 'joining'
            when judged.status in ('withheld', 'shown') and judged.has_withheld then 'number_not_printed'
            when judged.status = 'not_applicable' and deciding_measures.leaves_small_groups_out then 'small_group'
            when judged.status = 'shown' and deciding_measures.is_owned then 'too_close_to_say'
            when judged.status = 'shown' and deciding_measures.threshold_id is not null then 'threshold_not_agreed_here'
            when judged.status = 'partly_evidenced' and judged.has_gap then 'part_missing'
            when judged.status = 'partly_evidenced' then 'too_few_organisations'
        end as reason_code,
        case
            when not judged.is_evidenced then 'none'
            when judged.is_declared then 'declared'
            else 'recorded'
        end as basis,
        deciding_measures.measure_code,
        deciding_measures.measured_code,
        deciding_measures.is_pooled_anew,
        deciding_measures.numerator,
        deciding_measures.denominator,
        deciding_measures.value,
        deciding_measures.value_lower,
        deciding_measures.value_upper,
        deciding_measures.figures_of,
        deciding_measures.threshold_id,
        deciding_measures.threshold_value,
        deciding_measures.threshold_owner_kind,
        deciding_measures.threshold_owner
    from judged
    inner join deciding_measures
        on
            judged.expectation_id = deciding_measures.expectation_id
            and judged.icb_code = deciding_measures.icb_code
            and judged.organisation_code = deciding_measures.organisation_code
            and judged.quarter_id = deciding_measures.quarter_id
)

select * from told
{% endmacro %}
