-- Where the chain stands still: what was said, decided or changed and the link it lacks, for how long, and past what.
-- An orphan lacks a link behind it, which no time brings; whatever is stalled waits for the one before it.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

decisions as (
    select * from {{ ref("fct_decisions") }}
    where decided_on is not null
),

changes as (
    select * from {{ ref("fct_changes") }}
),

told_back as (
    select * from {{ ref("fct_told_back") }}
    where told_on is not null
),

effects as (
    select
        change_key,
        bool_and(baseline_months + after_months = 0) as is_unmeasured
    from {{ ref("mart_change_effects") }}
    group by change_key
),

-- A register of June cannot say what stood still in July.
watched as (
    select
        organisation_code,
        max(last_known_on) filter (where record = 'decision') as decisions_to_on,
        max(last_known_on) filter (where record = 'change') as changes_to_on
    from {{ ref("int_records__last_known") }}
    group by organisation_code
),

from_inputs as (
    select
        inputs.icb_code,
        inputs.organisation_code,
        inputs.service_id,
        'input' as subject_kind,
        inputs.input_key as subject_key,
        inputs.input_id as subject_id,
        found.missing_link,
        'stalled' as break_kind,
        found.since_on,
        found.watched_to_on,
        found.threshold_id
    from inputs
    left join watched on inputs.organisation_code = watched.organisation_code
    cross join
        lateral (
            values
            (
                'decision', inputs.received_on, watched.decisions_to_on, 'considered_after', inputs.decided_on is null
            ),
            (
                'telling', inputs.received_on, inputs.known_waiting_to_on, 'waiting_at_most', inputs.is_waiting
            )
        ) as found (missing_link, since_on, watched_to_on, threshold_id, is_so)
    where found.is_so
),

from_decisions as (
    select
        decisions.icb_code,
        decisions.organisation_code,
        null::text as service_id,
        'decision' as subject_kind,
        decisions.decision_key as subject_key,
        decisions.decision_id as subject_id,
        found.missing_link,
        found.break_kind,
        decisions.decided_on as since_on,
        found.watched_to_on,
        found.threshold_id
    from decisions
    left join watched on decisions.organisation_code = watched.organisation_code
    cross join
        lateral (
            values
            (
                'change', 'stalled', watched.changes_to_on, 'change_named_within',
                decisions.outcome in ('accepted', 'partly') and decisions.change_count = 0
            ),
            (
                'input', 'orphan', null::date, null, decisions.input_count = 0
            )
        ) as found (missing_link, break_kind, watched_to_on, threshold_id, is_so)
    -- A priority or a budget is decided without anybody having asked for it.
    where decisions.decision_kind = 'on_input' and found.is_so
),

from_changes as (
    select
        changes.icb_code,
        changes.organisation_code,
        changes.service_id,
        'change' as subject_kind,
        changes.change_key as subject_key,
        changes.change_id as subject_id,
        found.missing_link,
        found.break_kind,
        found.since_on,
        found.watched_to_on,
        found.threshold_id
    from changes
    left join watched on changes.organisation_code = watched.organisation_code
    left join effects on changes.change_key = effects.change_key
    cross join
        lateral (
            values
            (
                'decision', 'orphan', coalesce(changes.implemented_on, changes.original_due_on), null::date, null,
                changes.decision_count = 0
            ),
            (
                'making', 'stalled', changes.original_due_on, watched.changes_to_on, null,
                changes.deadline_state = 'overdue'
            ),
            (
                'making', 'stalled', changes.first_decided_on, watched.changes_to_on, 'change_named_within',
                changes.deadline_state = 'no_deadline'
                and changes.implemented_on is null
                and changes.stopped_on is null
                and changes.first_decided_on is not null
            ),
            (
                'checking', 'stalled', changes.implemented_on, watched.changes_to_on, 'change_checked_within',
                changes.implemented_on is not null and changes.stopped_on is null and not changes.is_verified_by_other
            ),
            (
                'measure', 'orphan', changes.implemented_on, null, null,
                changes.implemented_on is not null and coalesce(effects.is_unmeasured, true)
            )
        ) as found (missing_link, break_kind, since_on, watched_to_on, threshold_id, is_so)
    where found.is_so
),

from_told_back as (
    select
        icb_code,
        organisation_code,
        null::text as service_id,
        'told_back' as subject_kind,
        told_back_key as subject_key,
        told_back_id as subject_id,
        'input' as missing_link,
        'orphan' as break_kind,
        told_on as since_on,
        null::date as watched_to_on,
        null::text as threshold_id
    from told_back
    where input_count = 0
),

every_break as (
    select * from from_inputs
    union all
    select * from from_decisions
    union all
    select * from from_changes
    union all
    select * from from_told_back
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

counted as (
    select
        every_break.subject_kind || '/' || every_break.subject_key || '/' || every_break.missing_link as break_key,
        every_break.icb_code,
        every_break.organisation_code,
        every_break.service_id,
        every_break.subject_kind,
        every_break.subject_key,
        every_break.subject_id,
        every_break.missing_link,
        every_break.break_kind,
        every_break.since_on,
        {{ financial_quarter("every_break.since_on") }} as quarter_id,
        case
            when every_break.break_kind = 'stalled' and every_break.watched_to_on is not null
                then greatest(every_break.watched_to_on - every_break.since_on, 0)
        end::bigint as days_waited,
        thresholds.threshold_id,
        -- A change that is overdue is past its own first deadline, from the next day on.
        case
            when every_break.break_kind = 'stalled' then coalesce(thresholds.value, 0)
        end::bigint as threshold_days
    from every_break
    left join thresholds on every_break.threshold_id = thresholds.threshold_id
),

judged as (
    select
        *,
        coalesce(break_kind = 'orphan' or days_waited > threshold_days, false) as is_beyond
    from counted
)

select * from judged
