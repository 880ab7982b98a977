-- What an organisation should put right (adverse) and what is worth knowing (note), each with the day it began.
-- Whoever decides with reasons, tells people, keeps or openly stops its promises and sends its returns has none.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
),

effects as (
    select * from {{ ref("mart_change_effects") }}
),

series as (
    select * from {{ ref("mart_spc_series") }}
),

spc_rows as (
    select mart_spc.*
    from {{ ref("mart_spc") }} as mart_spc
    inner join {{ ref("measures") }} as measures on mart_spc.measure_code = measures.measure_code
    where measures.section <> 'evidence'
),

coverage as (
    select coverage.*
    from {{ ref("mart_coverage") }} as coverage
    inner join {{ ref("stg_organisation") }} as organisations
        on coverage.organisation_code = organisations.organisation_code
    where organisations.is_asked
),

limits as (
    select
        max(value) filter (where threshold_id = 'waiting_at_most')::integer as waiting_days,
        max(value) filter (where threshold_id = 'returns_late_repeatedly')::integer as late_returns,
        max(value) filter (where threshold_id = 'missing_looked_back')::integer as quarters_back
    from {{ ref("thresholds") }}
),

from_inputs as (
    select
        found.kind,
        found.severity,
        inputs.icb_code,
        inputs.organisation_code,
        inputs.service_id,
        found.measure_code,
        'input' as subject_kind,
        inputs.input_id as subject_id,
        found.since_on
    from inputs
    cross join limits
    cross join
        lateral (
            values
            (
                'declined_without_reason', 'adverse', 'declined_with_reason', inputs.refused_without_reason_on,
                inputs.is_reason_owed
            ),
            -- A refusal that was put right stays in sight, and is held against nobody.
            (
                'reason_given_later', 'note', 'declined_with_reason', inputs.refused_without_reason_on,
                inputs.refused_without_reason_on is not null and not inputs.is_reason_owed
            ),
            (
                'waiting_over_' || limits.waiting_days || '_days', 'adverse', 'told_back_within_90_days',
                inputs.received_on,
                inputs.is_waiting and inputs.known_waiting_to_on - inputs.received_on > limits.waiting_days
            )
        ) as found (kind, severity, measure_code, since_on, is_so)
    where found.is_so
),

from_changes as (
    select
        found.kind,
        found.severity,
        changes.icb_code,
        changes.organisation_code,
        changes.service_id,
        found.measure_code,
        'change' as subject_kind,
        changes.change_id as subject_id,
        found.since_on
    from changes
    cross join
        lateral (
            values
            (
                'change_overdue_original', 'adverse', 'changes_overdue', changes.original_due_on,
                changes.deadline_state = 'overdue'
            ),
            (
                'change_before_decision', 'note', 'influence', changes.implemented_on,
                changes.influence_exclusion = 'before_decision'
            )
        ) as found (kind, severity, measure_code, since_on, is_so)
    where found.is_so
),

worsened_after_change as (
    select
        'worsened_after_change' as kind,
        'adverse' as severity,
        icb_code,
        organisation_code,
        service_id,
        measure_code,
        'change' as subject_kind,
        change_id as subject_id,
        implemented_on as since_on
    from effects
    where verdict = 'worsened'
),

-- One point of one ward in many is often chance: a note. A whole organisation's series is not left at that.
worsening as (
    select
        'worsening' as kind,
        case series.level when 'organisation' then 'adverse' else 'note' end as severity,
        series.icb_code,
        series.organisation_code,
        series.service_id,
        series.measure_code,
        'series' as subject_kind,
        series.series_id as subject_id,
        min(spc_rows.period_start_on) as since_on
    from series
    inner join spc_rows on series.series_id = spc_rows.series_id
    where
        series.verdict = 'worsening'
        and spc_rows.point_type = 'special_cause_concern'
        and spc_rows.period_start_on > coalesce(
            (
                select max(other.period_start_on)
                from spc_rows as other
                where other.series_id = series.series_id and other.point_type <> 'special_cause_concern'
            ),
            date '1900-01-01'
        )
    group by
        series.level,
        series.icb_code,
        series.organisation_code,
        series.service_id,
        series.measure_code,
        series.series_id
),

looked_back as (
    select
        coverage.*,
        coverage.period_end_on
        > (date_trunc('quarter', {{ as_of_on() }}) - make_interval(months => 3 * limits.quarters_back + 1))::date
            as is_recent,
        limits.late_returns
    from coverage
    cross join limits
),

missing as (
    select
        'return_missing' as kind,
        case when is_recent then 'adverse' else 'note' end as severity,
        icb_code,
        organisation_code,
        null as service_id,
        'data_coverage' as measure_code,
        'return' as subject_kind,
        feed || '/' || period_end_on as subject_id,
        due_on as since_on
    from looked_back
    where state in ('missing', 'refused')
),

late_repeatedly as (
    select
        'return_late_repeatedly' as kind,
        'adverse' as severity,
        icb_code,
        organisation_code,
        null as service_id,
        'data_coverage' as measure_code,
        'return' as subject_kind,
        feed as subject_id,
        min(due_on) as since_on
    from looked_back
    where is_late and is_recent
    group by icb_code, organisation_code, feed, late_returns
    having count(*) > late_returns
),

sides as (
    select * from {{ ref("mart_told_back_sides") }}
),

-- Who is right is not known; that the two sides differ is, and it has to be looked into.
told_disputed as (
    select
        'told_back_disputed' as kind,
        'adverse' as severity,
        icb_code,
        organisation_code,
        null as service_id,
        'told_back_within_90_days' as measure_code,
        'survey' as subject_kind,
        'was_told_what_happened' as subject_id,
        min(quarter_start_on) as since_on
    from sides
    where
        quarter_start_on > coalesce(
            (
                select max(other.quarter_start_on)
                from sides as other
                where other.organisation_code = sides.organisation_code and not other.is_disputed
            ),
            date '1900-01-01'
        )
    group by icb_code, organisation_code
),

activity_steps as (
    select
        steps.*,
        activities.activity_id,
        activity_quarters.period_start_on
    from {{ ref("fct_activity_steps") }} as steps
    inner join {{ ref("fct_activities") }} as activities on steps.activity_key = activities.activity_key
    inner join {{ ref("fct_activity_quarters") }} as activity_quarters
        on steps.activity_key = activity_quarters.activity_key and steps.quarter_id = activity_quarters.quarter_id
),

-- Either the work becomes what it is called, or it is called what it is. Work too young to be judged is left alone.
claimed_above_records as (
    select
        'claimed_above_records' as kind,
        'adverse' as severity,
        icb_code,
        organisation_code,
        null as service_id,
        'claimed_above_records' as measure_code,
        'activity' as subject_kind,
        activity_id as subject_id,
        min(period_start_on) as since_on
    from activity_steps
    where
        is_judged
        and is_claimed_above_shown
        and period_start_on > coalesce(
            (
                select max(other.period_start_on)
                from activity_steps as other
                where
                    other.activity_key = activity_steps.activity_key
                    and not coalesce(other.is_judged and other.is_claimed_above_shown, false)
            ),
            date '1900-01-01'
        )
    group by icb_code, organisation_code, activity_id
    having bool_or(quarter_id = '{{ var("report_quarter") }}')
),

every_finding as (
    select * from from_inputs
    union all
    select * from from_changes
    union all
    select * from worsened_after_change
    union all
    select * from worsening
    union all
    select * from missing
    union all
    select * from late_repeatedly
    union all
    select * from told_disputed
    union all
    select * from claimed_above_records
),

named as (
    select
        concat_ws(
            '/', kind, organisation_code, subject_id, case kind when 'worsened_after_change' then measure_code end
        ) as finding_id,
        kind,
        severity,
        icb_code,
        organisation_code,
        service_id::text as service_id,
        measure_code,
        subject_kind,
        subject_id,
        since_on
    from every_finding
)

select * from named
