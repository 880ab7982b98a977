with

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

measures as (
    select * from {{ ref("measures") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

evidence as (
    select * from {{ ref("printed_evidence") }}
),

figures as (
    select
        icb_code,
        measure_code,
        organisation_code,
        quarter_id,
        statistic,
        figure_id,
        value_state
    from {{ ref("pub_figures_now") }}
    where period_kind = 'quarter' and service_id is null and subject_id is null and breakdown_kind = 'none'
),

-- A verdict on a number that is not printed would tell of the number.
withheld as (
    select distinct evidence.evidence_key
    from evidence
    cross join lateral unnest(evidence.measure_codes) as answering (measure_code)
    inner join figures
        on
            evidence.icb_code = figures.icb_code
            and answering.measure_code = figures.measure_code
            and figures.organisation_code in (evidence.organisation_code, evidence.figures_of)
            and evidence.quarter_id = figures.quarter_id
            and figures.value_state = 'suppressed'
),

printed as (
    select
        evidence.*,
        coalesce(organisations.organisation_name, 'The region') as organisation_name,
        evidence.status in ('met', 'not_met', 'partly_evidenced', 'shown') and withheld.evidence_key is not null
            as is_withheld
    from evidence
    left join organisations on evidence.organisation_code = organisations.organisation_code
    left join withheld on evidence.evidence_key = withheld.evidence_key
    where evidence.organisation_code = 'ALL' or organisations.organisation_code is not null
),

worded as (
    select
        printed.icb_code,
        printed.expectation_id,
        printed.organisation_code,
        printed.organisation_name,
        printed.quarter_id,
        case when printed.is_withheld then 'shown' else printed.status end as status,
        case when printed.is_withheld then 'too_few_to_print' else printed.reason_code end as reason_code,
        printed.evidence_basis,
        array_to_string(printed.measure_codes, ';') as measure_codes,
        printed.measure_code,
        numerators.figure_id as numerator_figure_id,
        denominators.figure_id as denominator_figure_id,
        quotients.figure_id as value_figure_id,
        printed.threshold_id,
        thresholds.plain_words as threshold_words,
        printed.threshold_owner_kind,
        printed.threshold_owner
    from printed
    left join measures on printed.measure_code = measures.measure_code
    left join thresholds on printed.threshold_id = thresholds.threshold_id
    {%- for statistic, figures_of in [
        ("'numerator'", "numerators"), ("'denominator'", "denominators"), ("measures.statistic", "quotients")
    ] %}
    left join figures as {{ figures_of }}
        on
            printed.icb_code = {{ figures_of }}.icb_code
            and printed.measure_code = {{ figures_of }}.measure_code
            and printed.figures_of = {{ figures_of }}.organisation_code
            and printed.quarter_id = {{ figures_of }}.quarter_id
            and {{ figures_of }}.statistic = {{ statistic }}
    {%- endfor %}
),

labelled as (
    select
        *,
        case
            when reason_code = 'too_few_to_print' then 'Too few to print'
            when reason_code = 'joining' then 'Joining: nothing received yet'
            when status = 'met' then 'Met'
            when status = 'not_met' then 'Not met yet'
            when status = 'partly_evidenced' then 'Partly evidenced'
            when status = 'no_evidence_received' then 'No evidence received'
            when status = 'no_agreement' then 'No agreement to send it'
            when status = 'too_few_to_say' then 'Too few to say'
            when status = 'too_early' then 'Too early'
            when status = 'not_applicable' then 'Nothing to count'
            else 'Shown'
        end as status_label,
        case
            when reason_code = 'too_few_to_print'
                then 'The number is too small to print, and a verdict would tell of it.'
            when reason_code = 'joining' then 'An organisation has two quarters to begin.'
            when reason_code = 'no_measure' then 'This release computes no measure of it.'
            when reason_code = 'threshold_not_agreed_here'
                then 'Only a suggested value is there to hold it against, and nobody here has agreed it.'
            when reason_code = 'too_few_organisations' then 'Fewer than two thirds of those asked sent evidence.'
        end as reason_words
    from worded
)

select * from labelled
