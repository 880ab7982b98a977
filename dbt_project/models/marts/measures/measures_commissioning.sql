{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How a care board commissions, from its own register: who sets its priorities, how early people are in its projects,
-- and what is written down before, during and after them. Nobody else is asked.
with

boards as (
    select organisation_code from {{ ref("dim_organisation") }}
    where organisation_kind = 'icb'
),

under_way as (
    select activity_quarters.*
    from {{ ref("fct_activity_quarters") }} as activity_quarters
    inner join boards on activity_quarters.organisation_code = boards.organisation_code
),

-- A project sets out to change what is bought; setting priorities, visiting and evaluating come before and after it.
projects as (
    select * from under_way
    where activity_kind in ('commissioning_project', 'procurement', 'service_redesign')
),

activities as (
    select activities.*
    from {{ ref("fct_activities") }} as activities
    inner join boards on activities.organisation_code = boards.organisation_code
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
),

decisions as (
    select decisions.*
    from {{ ref("fct_decisions") }} as decisions
    inner join boards on decisions.organisation_code = boards.organisation_code
    where decisions.decided_on is not null
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
),

questions as (
    select count(*) as question_count from {{ ref("dim_code") }}
    where list_name = 'commissioning_question'
),

-- Who came, and at which stage, is told by a board that ever says so of a session.
lived_sessions as (
    select * from activity_sessions
    where lived_experience_count > 0
),

telling as (
    select
        organisation_code,
        count(lived_experience_count) > 0 as is_attendance_kept,
        count(stage) > 0 and count(lived_experience_count) > 0 as is_stage_kept
    from activity_sessions
    group by organisation_code
),

-- Before the options are weighed there is something to decide; where nobody weighed them, before the notice.
appraised as (
    select
        *,
        coalesce(options_appraisal_on, procurement_notice_on) as closing_in_on
    from activities
),

-- Work of which neither day is recorded has not come so far, at a board that keeps such days.
early as (
    select
        'projects_started_early' as measure_code,
        appraised.organisation_code,
        days.quarter_id,
        coalesce(telling.is_attendance_kept, false) as is_told,
        case when exists (
            select 1
            from lived_sessions
            where
                lived_sessions.activity_key = appraised.activity_key
                and lived_sessions.held_on < appraised.closing_in_on
        ) then 1 else 0 end as numerator,
        1 as denominator
    from appraised
    inner join {{ ref("dim_date") }} as days on appraised.closing_in_on = days.date_on
    left join telling on appraised.organisation_code = telling.organisation_code
    where appraised.closing_in_on <= {{ as_of_on() }}
    union all
    select
        'projects_started_early' as measure_code,
        projects.organisation_code,
        projects.quarter_id,
        false as is_told,
        0 as numerator,
        0 as denominator
    from projects
),

not_coproduced as (
    select
        'not_coproduced_shared' as measure_code,
        decisions.organisation_code,
        decisions.quarter_id,
        true as is_told,
        (
            coalesce(decisions.first_told_on <= decisions.decided_on + thresholds.value::integer, false)
            or exists (
                select 1
                from {{ ref("fct_told_back") }} as tellings
                where
                    tellings.activity_key = decisions.activity_key
                    and tellings.told_what = 'decision'
                    and tellings.told_on >= decisions.decided_on
                    and tellings.told_on <= decisions.decided_on + thresholds.value::integer
            )
        )::integer as numerator,
        1 as denominator
    from decisions
    inner join thresholds on thresholds.threshold_id = 'not_coproduced_shared_within'
    -- Who was told is not known before the tellings came.
    inner join {{ ref("int_quarters__spoken_for") }} as spoken_for
        on
            decisions.organisation_code = spoken_for.organisation_code
            and decisions.quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'told_back'
    inner join last_known
        on decisions.organisation_code = last_known.organisation_code and last_known.record = 'told_back'
    where
        decisions.decision_kind = 'not_to_coproduce'
        and decisions.decided_on + thresholds.value::integer <= last_known.last_known_on
),

answered as (
    select
        'questions_answered' as measure_code,
        projects.organisation_code,
        projects.quarter_id,
        projects.questions_answered_count > 0 as is_told,
        (projects.questions_answered_count >= questions.question_count)::integer as numerator,
        1 as denominator
    from projects
    cross join questions
    where projects.is_begun_in_quarter
),

mapped as (
    select
        'projects_with_asset_map' as measure_code,
        organisation_code,
        quarter_id,
        has_asset_map as is_told,
        has_asset_map::integer as numerator,
        1 as denominator
    from projects
),

-- In its first quarter a project has nothing to look back on.
reflected as (
    select
        'projects_reflected' as measure_code,
        organisation_code,
        quarter_id,
        has_reflection_worked or has_reflection_not_worked as is_told,
        (has_reflection_worked and has_reflection_not_worked)::integer as numerator,
        1 as denominator
    from projects
    where not is_begun_in_quarter
),

priorities as (
    select * from decisions
    where decision_kind = 'priority_set'
),

set_together as (
    select
        'priorities_set_with_members' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        {{ yes_or_no("set_with_members") }} as numerator,
        1 as denominator
    from priorities
),

-- Work that names no priority of its own evaluates those of the forum that set them.
evaluated_soon as (
    select
        'priorities_evaluated_soon' as measure_code,
        priorities.organisation_code,
        priorities.quarter_id,
        coalesce(telling.is_stage_kept, false) as is_told,
        case when exists (
            select 1
            from lived_sessions
            inner join {{ ref("fct_sessions") }} as sessions on lived_sessions.session_key = sessions.session_key
            where
                (
                    lived_sessions.activity_key = priorities.activity_key
                    or (priorities.activity_key is null and sessions.group_key = priorities.decision_group_key)
                )
                and lived_sessions.stage = 'evaluate'
                and lived_sessions.held_on >= priorities.decided_on
                and lived_sessions.held_on <= priorities.decided_on + thresholds.value::integer
        ) then 1 else 0 end as numerator,
        1 as denominator
    from priorities
    inner join thresholds on thresholds.threshold_id = 'evaluation_begun_within'
    inner join last_known
        on priorities.organisation_code = last_known.organisation_code and last_known.record = 'session'
    left join telling on priorities.organisation_code = telling.organisation_code
    where priorities.decided_on + thresholds.value::integer <= last_known.last_known_on
),

-- An evaluation is work of that kind, or the evaluating that other work did in the quarter.
evaluations as (
    select
        'evaluations_with_members' as measure_code,
        under_way.organisation_code,
        under_way.quarter_id,
        coalesce(telling.is_attendance_kept, false) as is_told,
        coalesce(
            bool_or(
                activity_sessions.lived_experience_count > 0
                and (under_way.activity_kind = 'evaluation' or activity_sessions.stage = 'evaluate')
            ),
            false
        )::integer as numerator,
        1 as denominator
    from under_way
    left join telling on under_way.organisation_code = telling.organisation_code
    left join activity_sessions
        on
            under_way.activity_key = activity_sessions.activity_key
            and under_way.period_end_on >= activity_sessions.held_on
            and (
                under_way.activity_kind = 'evaluation' or under_way.quarter_id = activity_sessions.quarter_id
            )
    group by
        under_way.organisation_code,
        under_way.quarter_id,
        under_way.activity_key,
        under_way.activity_kind,
        telling.is_attendance_kept
    having under_way.activity_kind = 'evaluation' or bool_or(activity_sessions.stage = 'evaluate')
),

-- People are in a procurement when they are there while it is weighed and bought, not only when it is designed.
procured as (
    select
        'procurements_with_members' as measure_code,
        under_way.organisation_code,
        under_way.quarter_id,
        coalesce(telling.is_stage_kept, false) as is_told,
        case when exists (
            select 1
            from lived_sessions
            where
                lived_sessions.activity_key = under_way.activity_key
                and lived_sessions.stage = 'fund_procure'
                and lived_sessions.held_on <= under_way.period_end_on
        ) then 1 else 0 end as numerator,
        1 as denominator
    from under_way
    left join telling on under_way.organisation_code = telling.organisation_code
    where under_way.activity_kind = 'procurement'
),

every_row as (
    select * from early
    union all
    select * from not_coproduced
    union all
    select * from answered
    union all
    select * from mapped
    union all
    select * from reflected
    union all
    select * from set_together
    union all
    select * from evaluated_soon
    union all
    select * from evaluations
    union all
    select * from procured
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
