{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What members, staff and the people a service is for answer when asked, and what came of criticism after sessions.
with

measures as (
    select * from {{ ref("measures") }}
    where family = 'surveys'
),

-- What somebody said before taking part says nothing of how taking part was.
answers as (
    select * from {{ ref("fct_survey_answers") }}
    where wave <> 'before'
),

shifts as (
    select * from {{ ref("fct_survey_shifts") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held and lived_experience_count is not null
),

inputs as (
    select * from {{ ref("fct_inputs") }}
),

decisions as (
    select * from {{ ref("bridge_input_decisions") }}
),

change_links as (
    select * from {{ ref("bridge_decision_changes") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
),

limits as (
    select value::integer as days
    from {{ ref("thresholds") }}
    where threshold_id = 'criticism_acted_on_within'
),

-- What was decided, and what was made of it, are both known up to the earlier of their last days.
last_known as (
    select
        organisation_code,
        min(last_known_on) as last_known_on
    from {{ ref("int_records__last_known") }}
    where record in ('decision', 'change')
    group by organisation_code
    having count(*) = 2
),

named as (
    select
        *,
        case
            when item_code = 'designed_in_partnership' then item_code
            when survey_kind = 'session' then 'session_feedback_positive'
            when survey_kind = 'member' then 'members_' || item_code
        end as measure_code
    from answers
),

-- Where a sender kept back a number, the whole of that question is not known: neither part of it is counted.
answered as (
    select
        named.measure_code,
        named.about_organisation_code as organisation_code,
        named.quarter_id,
        true as is_told,
        case
            when sum(named.hidden_row_count) = 0
                then coalesce(sum(named.answer_count) filter (where named.is_favourable), 0)
        end as numerator,
        coalesce(sum(named.answer_count) filter (where named.scale is not null), 0) as denominator
    from named
    inner join measures on named.measure_code = measures.measure_code
    group by
        named.measure_code,
        named.about_organisation_code,
        named.quarter_id,
        named.organisation_code,
        named.service_id,
        named.session_key,
        named.month_start_on,
        named.survey_kind,
        named.item_code
),

-- Who answered is not told: at least as many as answered the question that most of them answered.
answered_questions as (
    select
        about_organisation_code as organisation_code,
        session_key,
        item_code,
        sum(answer_count) as answer_count,
        sum(hidden_row_count) as hidden_row_count
    from answers
    where survey_kind = 'session' and session_key is not null
    group by about_organisation_code, session_key, item_code
),

answered_sessions as (
    select
        organisation_code,
        session_key,
        max(answer_count) as answer_count,
        sum(hidden_row_count) > 0 as is_hidden
    from answered_questions
    group by organisation_code, session_key
),

-- Sessions before the first that a sender asked after were not asked after.
asking as (
    select
        sessions.organisation_code,
        min(sessions.held_on) as first_asked_on
    from sessions
    inner join answered_sessions on sessions.session_key = answered_sessions.session_key
    group by sessions.organisation_code
),

responded as (
    select
        'session_feedback_given' as measure_code,
        sessions.organisation_code,
        sessions.quarter_id,
        true as is_told,
        case
            when not coalesce(answered_sessions.is_hidden, false) and sessions.held_on >= asking.first_asked_on
                then least(coalesce(answered_sessions.answer_count, 0), sessions.lived_experience_count)
        end as numerator,
        sessions.lived_experience_count as denominator
    from sessions
    left join asking on sessions.organisation_code = asking.organisation_code
    left join answered_sessions on sessions.session_key = answered_sessions.session_key
),

trained as (
    select
        'staff_confidence_better' as measure_code,
        about_organisation_code as organisation_code,
        quarter_id,
        true as is_told,
        better_count as numerator,
        pair_count as denominator
    from shifts
    where survey_kind = 'staff_training' and item_code = 'confidence'
),

-- A change given up before it was made acted on nothing. What may be criticism is neither acted on nor not.
criticism as (
    select
        'criticism_acted_on' as measure_code,
        inputs.organisation_code,
        inputs.quarter_id,
        true as is_told,
        case when inputs.is_criticism = 'yes' then (
            exists (
                select 1
                from decisions
                inner join change_links on decisions.decision_key = change_links.decision_key
                inner join changes on change_links.change_key = changes.change_key
                where
                    decisions.input_key = inputs.input_key
                    and change_links.is_accepting
                    and change_links.decided_on <= inputs.received_on + limits.days
                    and (changes.stopped_on is null or changes.implemented_on is not null)
            )
        )::integer end as numerator,
        1 as denominator
    from inputs
    cross join limits
    inner join last_known on inputs.organisation_code = last_known.organisation_code
    where
        inputs.source_kind = 'session_feedback'
        and inputs.is_criticism is distinct from 'no'
        and inputs.received_on + limits.days <= last_known.last_known_on
),

every_row as (
    select * from answered
    union all
    select * from responded
    union all
    select * from trained
    union all
    select * from criticism
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
