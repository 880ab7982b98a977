{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Plain counts of things for page one and the sections, for each organisation and for the region.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
),

findings as (
    select * from {{ ref("mart_findings") }}
),

coverage as (
    select coverage.*
    from {{ ref("mart_coverage") }} as coverage
    inner join {{ ref("stg_organisation") }} as organisations
        on coverage.organisation_code = organisations.organisation_code
    where organisations.is_asked
),

complaints as (
    select * from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal' and is_access
),

referrals as (
    select * from {{ ref("activity_by_month") }}
    where count_kind = 'referrals_received' and counted > 0
),

quarter as (
    select * from {{ ref("int_quarters__measured") }}
    where quarter_id = '{{ var("report_quarter") }}'
),

input_flags as (
    select
        icb_code,
        organisation_code,
        flags.measure_code,
        flags.section,
        flags.period_kind,
        flags.is_counted
    from inputs
    cross join quarter
    cross join lateral (
        values
        ('inputs_received', 'annex', 'quarter', inputs.quarter_id = quarter.quarter_id),
        ('inputs_decided', 'annex', 'quarter', inputs.decided_quarter_id = quarter.quarter_id),
        (
            'inputs_declined', 'refused', 'quarter',
            inputs.decided_quarter_id = quarter.quarter_id and inputs.outcome in ('declined', 'deferred')
        ),
        (
            'inputs_declined_without_reason', 'refused', 'quarter',
            inputs.decided_quarter_id = quarter.quarter_id
            and inputs.outcome in ('declined', 'deferred') and inputs.is_reason_owed
        ),
        (
            'inputs_told', 'changed', 'quarter',
            inputs.told_quarter_id = quarter.quarter_id
        ),
        ('inputs_waiting', 'waiting', 'as_of', inputs.is_waiting),
        ('inputs_no_reply_wanted', 'waiting', 'as_of', inputs.ended_by = 'no_reply_wanted'),
        ('inputs_cannot_be_reached', 'waiting', 'as_of', inputs.ended_by = 'cannot_be_reached')
    ) as flags (measure_code, section, period_kind, is_counted)
),

change_flags as (
    select
        icb_code,
        organisation_code,
        flags.measure_code,
        flags.section,
        flags.period_kind,
        flags.is_counted
    from changes
    cross join quarter
    cross join lateral (
        values
        ('changes_made', 'changed', 'quarter', changes.implemented_quarter_id = quarter.quarter_id),
        (
            'changes_checked', 'changed', 'quarter',
            changes.is_verified_by_other
            and changes.verified_on between quarter.period_start_on and quarter.period_end_on
        ),
        ('promises_due', 'promised', 'quarter', changes.original_due_quarter_id = quarter.quarter_id),
        (
            'promises_done', 'promised', 'quarter',
            changes.original_due_quarter_id = quarter.quarter_id and changes.implemented_on is not null
        ),
        (
            'promises_done_on_time', 'promised', 'quarter',
            changes.original_due_quarter_id = quarter.quarter_id and changes.deadline_state = 'on_time'
        ),
        (
            'promises_done_late', 'promised', 'quarter',
            changes.original_due_quarter_id = quarter.quarter_id and changes.deadline_state = 'late'
        ),
        (
            'promises_not_done', 'promised', 'quarter',
            changes.original_due_quarter_id = quarter.quarter_id and changes.deadline_state = 'overdue'
        ),
        (
            'promises_stopped', 'promised', 'quarter',
            changes.original_due_quarter_id = quarter.quarter_id and changes.deadline_state = 'stopped'
        ),
        ('promises_overdue_now', 'promised', 'as_of', changes.deadline_state = 'overdue')
    ) as flags (measure_code, section, period_kind, is_counted)
),

-- A ward takes no referrals, so a rate per referral cannot hold its complaints; nobody is to think there were none.
left_out as (
    select
        complaints.icb_code,
        complaints.organisation_code,
        'access_complaints_left_out' as measure_code,
        'access' as section,
        'quarter' as period_kind,
        referrals.service_id is null as is_counted
    from complaints
    inner join quarter on complaints.quarter_id = quarter.quarter_id
    left join referrals
        on
            complaints.organisation_code = referrals.organisation_code
            and complaints.service_id = referrals.service_id
            and complaints.month_start_on = referrals.month_start_on
),

flagged as (
    select
        *,
        'none' as breakdown_kind,
        'all' as breakdown_code
    from input_flags
    union all
    select
        *,
        'none' as breakdown_kind,
        'all' as breakdown_code
    from change_flags
    union all
    select
        *,
        'none' as breakdown_kind,
        'all' as breakdown_code
    from left_out
    union all
    select
        inputs.icb_code,
        inputs.organisation_code,
        'inputs_declined_by_reason' as measure_code,
        'refused' as section,
        'quarter' as period_kind,
        true as is_counted,
        'decision_reason' as breakdown_kind,
        coalesce(inputs.reason_code, 'none_given') as breakdown_code
    from inputs
    cross join quarter
    where inputs.decided_quarter_id = quarter.quarter_id and inputs.outcome in ('declined', 'deferred')
    union all
    select
        icb_code,
        organisation_code,
        'findings' as measure_code,
        'worse' as section,
        'as_of' as period_kind,
        true as is_counted,
        'finding_kind' as breakdown_kind,
        kind as breakdown_code
    from findings
    where severity = 'adverse'
    union all
    select
        coverage.icb_code,
        coverage.organisation_code,
        'returns' as measure_code,
        'missing' as section,
        'quarter' as period_kind,
        true as is_counted,
        'coverage_state' as breakdown_kind,
        coverage.state as breakdown_code
    from coverage
    cross join quarter
    where coverage.period_end_on between quarter.period_start_on and quarter.period_end_on
),

counted as (
    select
        measure_code,
        'count' as statistic,
        section,
        icb_code,
        coalesce(organisation_code, 'ALL') as organisation_code,
        null::text as service_id,
        null::text as subject_id,
        period_kind,
        breakdown_kind,
        breakdown_code,
        null::text as label,
        count(*) filter (where is_counted) as numerator,
        null::bigint as denominator,
        null::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        case
            when measure_code like 'inputs%' then 'things said'
            when measure_code = 'findings' then 'findings'
            when measure_code = 'returns' then 'returns'
            when measure_code = 'access_complaints_left_out' then 'complaints'
            else 'changes'
        end as unit,
        0 as decimals
    from flagged
    group by
        grouping sets (
            (icb_code, measure_code, section, period_kind, breakdown_kind, breakdown_code, organisation_code),
            (icb_code, measure_code, section, period_kind, breakdown_kind, breakdown_code)
        )
)

select * from counted
