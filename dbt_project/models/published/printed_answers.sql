{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What each measure of an expectation came to as a reader of the report knows it: counts of people rounded, hidden or
-- not printed at all. A status that is made of these rows tells nothing that the figures do not.
{%- set unchanged = [
    "expectation_id", "icb_code", "organisation_code", "measured_code", "quarter_id", "period_start_on", "period_end_on",
    "is_joining", "measure_code", "judges", "is_decisive", "display_order", "minimum_denominator",
    "leaves_small_groups_out", "is_evidenced", "is_pooled_anew", "evidence_basis", "figures_of", "is_agreed"
] %}
{%- set of_the_threshold = [
    "threshold_id", "operator", "threshold_value", "threshold_owner_kind", "threshold_owner", "is_owned"
] %}
with

answered as (
    select * from {{ ref("printed_evidence") }}
),

measures as (
    select * from {{ ref("measures") }}
),

figures as (
    select
        figures.icb_code,
        figures.measure_code,
        figures.organisation_code,
        figures.quarter_id,
        bool_or(figures.value_state = 'suppressed') as is_hidden,
        max(figures.value_state) filter (where figures.statistic = measures.statistic) as stated,
        max(figures.value) filter (where figures.statistic = 'numerator') as numerator,
        max(figures.value) filter (where figures.statistic = 'denominator') as denominator,
        max(figures.value) filter (where figures.statistic = measures.statistic) as value,
        max(figures.figure_id) filter (where figures.statistic = 'numerator') as numerator_figure_id,
        max(figures.figure_id) filter (where figures.statistic = 'denominator') as denominator_figure_id,
        max(figures.figure_id) filter (where figures.statistic = measures.statistic) as value_figure_id
    from {{ ref("pub_figures_now") }} as figures
    inner join measures on figures.measure_code = measures.measure_code
    where
        figures.period_kind = 'quarter'
        and figures.service_id is null
        and figures.subject_id is null
        and figures.breakdown_kind = 'none'
    group by figures.icb_code, figures.measure_code, figures.organisation_code, figures.quarter_id
),

-- Of things the true numbers are those printed. Of a region that is pooled anew no figure is printed: it is shown by
-- those who were asked, and held against nothing.
seen as (
    select
        answered.*,
        measures.statistic,
        measures.scale,
        measures.disclosure_class,
        measures.denominator_class,
        figures.numerator as shown_numerator,
        figures.denominator as shown_denominator,
        figures.value as shown_value,
        figures.numerator_figure_id,
        figures.denominator_figure_id,
        figures.value_figure_id,
        measures.disclosure_class = 'things' and measures.denominator_class = 'things' as is_exact,
        case
            when not answered.is_evidenced or answered.value_state = 'too_early' then answered.value_state
            when answered.is_pooled_anew and answered.value_state = 'not_applicable' then 'not_applicable'
            when answered.is_pooled_anew then 'not_printed'
            when figures.is_hidden is not false then 'suppressed'
            when measures.disclosure_class = 'things' and measures.denominator_class = 'things'
                then answered.value_state
            else figures.stated
        end as shown_state
    from answered
    left join measures on answered.measure_code = measures.measure_code
    left join figures
        on
            answered.icb_code = figures.icb_code
            and answered.measure_code = figures.measure_code
            and answered.figures_of = figures.organisation_code
            and answered.quarter_id = figures.quarter_id
),

printed_answers as (
    select
        {%- for column in unchanged %}
        {{ column }},
        {%- endfor %}
        {%- for column in of_the_threshold %}
        case when not is_pooled_anew then {{ column }} end as {{ column }},
        {%- endfor %}
        shown_state as value_state,
        shown_numerator as numerator,
        shown_denominator as denominator,
        shown_value as value,
        case when is_exact or shown_value is null then shown_value else {{ value_behind("least") }} end as value_least,
        case when is_exact or shown_value is null then shown_value else {{ value_behind("most") }} end as value_most,
        null::double precision as value_lower,
        null::double precision as value_upper,
        numerator_figure_id,
        denominator_figure_id,
        value_figure_id
    from seen
)

select * from printed_answers
