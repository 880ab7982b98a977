with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

services as (
    select * from {{ ref("dim_service") }}
),

decisions as (
    select * from {{ ref("fct_decisions") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
),

-- Themes that a person gave or that rules which a person has read found; what only a model says is printed nowhere.
themed as (
    select
        themes.input_key,
        string_agg(themes.theme_code, ';' order by themes.theme_position) as theme_codes,
        string_agg(themes.theme_label, ';' order by themes.theme_position) as theme_labels
    from (
        select distinct
            input_themes.input_key,
            named.theme_code,
            named.theme_label,
            named.theme_position
        from {{ ref("bridge_input_themes") }} as input_themes
        inner join {{ ref("dim_theme") }} as named on input_themes.theme_code = named.theme_code
        where input_themes.theme_source = 'human' or input_themes.coded_by = 'rule_set'
    ) as themes
    group by themes.input_key
),

quarter as (
    select distinct
        quarter_start_on,
        quarter_end_on
    from {{ ref("dim_date") }}
    where quarter_id = '{{ var("report_quarter") }}'
),

chained as (
    select
        inputs.*,
        organisations.organisation_name,
        services.service_name,
        decisions.decision_id,
        changes.change_id,
        changes.changed,
        changes.original_due_on,
        themed.theme_codes as person_theme_codes,
        themed.theme_labels as person_theme_labels,
        {{ words_state("inputs.said") }} as said_words_state,
        {{ words_state("inputs.reason") }} as reason_words_state,
        {{ words_state("changes.changed") }} as changed_words_state,
        inputs.is_waiting
        or inputs.received_on between quarter.quarter_start_on and quarter.quarter_end_on
        or coalesce(inputs.decided_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
        or coalesce(inputs.implemented_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
        or coalesce(inputs.verified_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
        or coalesce(inputs.told_on between quarter.quarter_start_on and quarter.quarter_end_on, false) as is_in_report
    from inputs
    inner join organisations on inputs.organisation_code = organisations.organisation_code
    cross join quarter
    left join services on inputs.service_key = services.service_key
    left join decisions on inputs.decision_key = decisions.decision_key
    left join changes on inputs.change_key = changes.change_key
    left join themed on inputs.input_key = themed.input_key
),

printable as (
    select
        icb_code,
        organisation_code,
        organisation_name,
        input_id,
        service_id,
        service_name,
        received_on,
        quarter_id,
        is_in_report,
        source_kind,
        {{ code_label("input_source", "source_kind") }} as source_kind_label,
        given_by_kind,
        {{ code_label("given_by_kind", "given_by_kind") }} as given_by_kind_label,
        {{ checked_words("said") }} as said,
        said_words_state,
        decision_id,
        decided_on,
        decided_by_role,
        outcome,
        {{ code_label("decision_outcome", "outcome") }} as outcome_label,
        reason_code,
        {{ code_label("decision_reason", "reason_code") }} as reason_code_label,
        {{ checked_words("reason") }} as reason,
        reason_words_state,
        change_id,
        {{ checked_words("changed") }} as changed,
        changed_words_state,
        original_due_on,
        implemented_on,
        verified_on,
        verified_by_kind,
        {{ code_label("verified_by_kind", "verified_by_kind") }} as verified_by_kind_label,
        told_on,
        told_who,
        {{ code_label("told_who", "told_who") }} as told_who_label,
        ended_by,
        is_waiting,
        coalesce(outcome in ('declined', 'deferred') and not has_reason, false) as is_declined_without_reason,
        is_influence,
        person_theme_codes as theme_codes,
        person_theme_labels as theme_labels,
        case
            when 'not_yet_checked' in (said_words_state, reason_words_state, changed_words_state) then 'not_yet_checked'
            else 'checked'
        end as words_state
    from chained
)

select * from printable
