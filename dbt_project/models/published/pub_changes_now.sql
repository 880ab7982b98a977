with

changes as (
    select * from {{ ref("fct_changes") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

services as (
    select * from {{ ref("dim_service") }}
),

inputs_behind as (
    select
        decided_changes.change_key,
        string_agg(distinct inputs.input_id, ';' order by inputs.input_id) as input_ids
    from {{ ref("bridge_decision_changes") }} as decided_changes
    inner join {{ ref("bridge_input_decisions") }} as decided_inputs
        on decided_changes.decision_key = decided_inputs.decision_key
    inner join {{ ref("fct_inputs") }} as inputs on decided_inputs.input_key = inputs.input_key
    group by decided_changes.change_key
),

quarter as (
    select distinct
        quarter_start_on,
        quarter_end_on
    from {{ ref("dim_date") }}
    where quarter_id = '{{ var("report_quarter") }}'
),

printable as (
    select
        changes.icb_code,
        changes.organisation_code,
        organisations.organisation_name,
        changes.change_id,
        changes.service_id,
        services.service_name,
        inputs_behind.input_ids,
        {{ checked_words("changes.changed") }} as changed,
        {{ words_state("changes.changed") }} as changed_words_state,
        case {{ words_state("changes.changed") }} when 'not_yet_checked' then 'not_yet_checked' else 'checked' end
            as words_state,
        changes.change_kind,
        {{ code_label("change_kind", "changes.change_kind") }} as change_kind_label,
        changes.owner_role,
        changes.first_decided_on as decided_on,
        changes.original_due_on,
        changes.due_on,
        changes.implemented_on,
        changes.stopped_on,
        changes.verified_on,
        changes.verified_by_kind,
        {{ code_label("verified_by_kind", "changes.verified_by_kind") }} as verified_by_kind_label,
        coalesce(changes.is_verified_by_other, false) as is_verified,
        changes.is_influence,
        changes.deadline_state = 'overdue'
        or coalesce(changes.original_due_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
        or coalesce(changes.implemented_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
        or coalesce(changes.verified_on between quarter.quarter_start_on and quarter.quarter_end_on, false)
            as is_in_report,
        case changes.deadline_state
            when 'on_time' then 'done_on_time'
            when 'late' then 'done_late'
            when 'not_yet_due' then 'not_due'
            else changes.deadline_state
        end as promise_state,
        case changes.deadline_state
            when 'on_time' then 'Done by the first date promised'
            when 'late' then 'Done, after the first date promised'
            when 'overdue' then 'Not done, and the first date promised has passed'
            when 'stopped' then 'Stopped'
            when 'not_yet_due' then 'Not due yet'
            when 'not_known' then 'Due since the register was last sent'
            else 'No date promised'
        end as promise_label,
        changes.original_due_quarter_id as quarter_id
    from changes
    inner join organisations on changes.organisation_code = organisations.organisation_code
    cross join quarter
    left join services on changes.service_key = services.service_key
    left join inputs_behind on changes.change_key = inputs_behind.change_key
)

select * from printable
