with

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

words as (
    select * from {{ ref("evidence_words") }}
),

answers as (
    select * from {{ ref("printed_answers") }}
),

told as (
    {{ evidence_told("answers") }}
),

reasoned as (
    select
        *,
        case when status = 'shown' and is_pooled_anew then 'shown_by_those_asked' else reason_code end as why
    from told
),

worded as (
    select
        reasoned.icb_code,
        reasoned.expectation_id,
        reasoned.organisation_code,
        coalesce(organisations.organisation_name, 'The region') as organisation_name,
        reasoned.quarter_id,
        reasoned.status,
        statuses.label as status_label,
        reasoned.why as reason_code,
        reasons.label as reason_words,
        reasoned.basis as evidence_basis,
        array_to_string(reasoned.measure_codes, ';') as measure_codes,
        array_to_string(reasoned.measures_figures_of, ';') as measures_figures_of,
        array_to_string(reasoned.missing_measure_codes, ';') as missing_measure_codes,
        reasoned.measure_code,
        answers.figures_of,
        answers.numerator_figure_id,
        answers.denominator_figure_id,
        answers.value_figure_id,
        reasoned.threshold_id,
        thresholds.plain_words as threshold_words,
        reasoned.threshold_owner_kind,
        reasoned.threshold_owner
    from reasoned
    left join words as statuses on reasoned.status = statuses.code and statuses.kind = 'status'
    left join words as reasons on reasoned.why = reasons.code and reasons.kind = 'reason'
    left join organisations on reasoned.organisation_code = organisations.organisation_code
    left join thresholds on reasoned.threshold_id = thresholds.threshold_id
    left join answers
        on
            reasoned.expectation_id = answers.expectation_id
            and reasoned.icb_code = answers.icb_code
            and reasoned.organisation_code = answers.organisation_code
            and reasoned.measure_code = answers.measure_code
    where reasoned.organisation_code = 'ALL' or organisations.organisation_code is not null
)

select * from worded
