{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Each link of the chain from what starts its clock to what stops it, or to the last day the sender's register speaks
-- for. What came to another end goes on waiting: else giving up would look like speed.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

decisions as (
    select * from {{ ref("fct_decisions") }}
    where decision_kind = 'on_input' and outcome in ('accepted', 'partly') and decided_on is not null
),

changes as (
    select * from {{ ref("fct_changes") }}
),

decision_changes as (
    select
        links.decision_key,
        min(links.implemented_on) filter (where links.is_implemented_influence) as implemented_on,
        bool_and(changes.stopped_on is not null and changes.implemented_on is null) as is_given_up
    from {{ ref("bridge_decision_changes") }} as links
    inner join changes on links.change_key = changes.change_key
    group by links.decision_key
),

input_changes as (
    select
        links.input_key,
        min(decision_changes.implemented_on) as implemented_on
    from {{ ref("bridge_input_decisions") }} as links
    inner join decision_changes on links.decision_key = decision_changes.decision_key
    where links.is_on_input
    group by links.input_key
),

-- Nobody who never sent a record can be said to wait by it.
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
        clocks.link,
        inputs.icb_code,
        inputs.organisation_code,
        inputs.input_key as subject_key,
        clocks.started_on,
        clocks.ended_on,
        clocks.watched_to_on,
        clocks.left_out_as,
        clocks.is_otherwise_ended
    from inputs
    left join input_changes on inputs.input_key = input_changes.input_key
    left join watched on inputs.organisation_code = watched.organisation_code
    cross join
        lateral (
            values
            (
                'input_to_decision', inputs.received_on, inputs.decided_on, watched.decisions_to_on, null::text, false
            ),
            (
                'input_to_change', inputs.received_on, input_changes.implemented_on, watched.changes_to_on, null,
                coalesce(inputs.latest_outcome = 'declined', false)
            ),
            (
                'input_to_told', inputs.received_on, inputs.told_on, inputs.known_waiting_to_on,
                case when not inputs.is_reply_owed then inputs.ended_by end, false
            ),
            (
                'decision_to_told', inputs.decided_on, inputs.told_on, inputs.known_waiting_to_on,
                case when not inputs.is_reply_owed then inputs.ended_by end, false
            )
        ) as clocks (link, started_on, ended_on, watched_to_on, left_out_as, is_otherwise_ended)
),

from_decisions as (
    select
        'decision_to_change' as link,
        decisions.icb_code,
        decisions.organisation_code,
        decisions.decision_key as subject_key,
        decisions.decided_on as started_on,
        decision_changes.implemented_on as ended_on,
        watched.changes_to_on as watched_to_on,
        null::text as left_out_as,
        coalesce(decision_changes.is_given_up, false) as is_otherwise_ended
    from decisions
    left join decision_changes on decisions.decision_key = decision_changes.decision_key
    left join watched on decisions.organisation_code = watched.organisation_code
),

from_changes as (
    select
        'change_to_check' as link,
        changes.icb_code,
        changes.organisation_code,
        changes.change_key as subject_key,
        changes.implemented_on as started_on,
        case when changes.is_verified_by_other then changes.verified_on end as ended_on,
        watched.changes_to_on as watched_to_on,
        null::text as left_out_as,
        changes.stopped_on > changes.implemented_on as is_otherwise_ended
    from changes
    left join watched on changes.organisation_code = watched.organisation_code
),

clocks as (
    select * from from_inputs
    union all
    select * from from_decisions
    union all
    select * from from_changes
),

-- An end that is dated before its start is an end on the day itself. What started after the last watched day was not
-- watched, which is no wait of no days.
waits as (
    select
        link,
        icb_code,
        organisation_code,
        subject_key,
        started_on,
        case
            when ended_on is not null then greatest(ended_on - started_on, 0)
            when started_on <= watched_to_on then watched_to_on - started_on
        end::integer as days,
        ended_on is not null as is_ended,
        ended_on is null and coalesce(is_otherwise_ended, false) as is_otherwise_ended,
        case
            when left_out_as is not null then left_out_as
            when ended_on is null and (watched_to_on is null or started_on > watched_to_on) then 'not_watched'
        end as left_out_as
    from clocks
    where started_on is not null
)

select * from waits
