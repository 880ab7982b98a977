-- A claim is held against each record that could bear it out, and the lowest counts. A record that a sender does not
-- keep or could not yet hold takes nothing away, for what is not known is no over-claim; the rights alone are asked of
-- everybody, so that a claim with nothing beside it shows nothing.
with

activity_quarters as (
    select * from {{ ref("fct_activity_quarters") }}
),

involvement_groups as (
    select * from {{ ref("dim_group") }}
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
),

inputs as (
    select
        inputs.received_on,
        inputs.reasoned_on,
        coalesce(inputs.activity_key, activity_sessions.activity_key) as activity_key
    from {{ ref("fct_inputs") }} as inputs
    left join activity_sessions
        on inputs.activity_key is null and inputs.session_key = activity_sessions.session_key
),

limits as (
    select
        max(value) filter (where threshold_id = 'ladder_judged_after')::integer as judged_after,
        max(value) filter (where threshold_id = 'ladder_votes') as votes,
        max(value) filter (where threshold_id = 'ladder_reasons_share') as reasons_share,
        max(value) filter (where threshold_id = 'considered_after')::integer as considered_after
    from {{ ref("thresholds") }}
),

steps as (
    select
        code,
        position,
        group_code
    from {{ ref("dim_code") }}
    where list_name = 'tlap_ladder_7'
),

newest_quarter as (
    select max(period_end_on) as period_end_on from activity_quarters
),

first_sessions as (
    select
        organisation_code,
        min(held_on) as first_held_on
    from {{ ref("fct_sessions") }}
    where is_held
    group by organisation_code
),

-- A list of sessions has a first line: before it nobody can tell whether people met.
sessions_known as (
    select
        activity_quarters.activity_key,
        activity_quarters.quarter_id
    from activity_quarters
    inner join {{ ref("int_records__known") }} as received
        on
            activity_quarters.organisation_code = received.organisation_code
            and received.record = 'session'
            and activity_quarters.period_end_on between received.known_from_on and received.known_to_on
    inner join first_sessions on activity_quarters.organisation_code = first_sessions.organisation_code
    where
        first_sessions.first_held_on
        <= greatest(activity_quarters.began_on, {{ four_quarters_from("activity_quarters.period_start_on") }})
    group by activity_quarters.activity_key, activity_quarters.quarter_id
),

rights as (
    select
        activity_key,
        quarter_id,
        'decision_rights' as held_by,
        case decision_rights
            when 'asked' then 'consultation'
            when 'advises' then 'engagement'
            when 'shared_vote' then 'co_production'
            when 'decides' then 'co_production'
            else 'informing'
        end as step_code
    from activity_quarters
),

-- A group's register says only how it votes now, so an older quarter is not judged by it.
votes as (
    select
        activity_quarters.activity_key,
        activity_quarters.quarter_id,
        'votes' as held_by,
        'engagement' as step_code
    from activity_quarters
    inner join newest_quarter on activity_quarters.period_end_on = newest_quarter.period_end_on
    inner join involvement_groups on activity_quarters.decision_group_key = involvement_groups.group_key
    cross join limits
    where
        activity_quarters.decision_rights in ('shared_vote', 'decides')
        and involvement_groups.lived_experience_vote_count < limits.votes
),

met as (
    select
        activity_quarters.activity_key,
        activity_quarters.quarter_id,
        activity_quarters.is_closed_in_quarter,
        -- A meeting that counted nobody is not a meeting at which nobody was.
        coalesce(activity_sessions.lived_experience_count <> 0, true) as is_lived_experience_there,
        activity_sessions.stage in ('imagine', 'prioritise', 'plan', 'design') as is_design,
        activity_sessions.stage in ('fund_procure', 'deliver', 'manage', 'evaluate') as is_delivery
    from activity_quarters
    inner join activity_sessions
        on
            activity_quarters.activity_key = activity_sessions.activity_key
            and activity_quarters.period_end_on >= activity_sessions.held_on
),

meetings as (
    select
        activity_key,
        quarter_id,
        bool_or(is_lived_experience_there) as has_lived_experience,
        bool_or(is_design) as has_design,
        coalesce(bool_or(is_lived_experience_there) filter (where is_design), false) as has_lived_design,
        bool_or(is_delivery) as has_delivery,
        coalesce(bool_or(is_lived_experience_there) filter (where is_delivery), false) as has_lived_delivery,
        bool_or(is_closed_in_quarter) as is_closed
    from met
    group by activity_key, quarter_id
),

nobody_met as (
    select
        activity_quarters.activity_key,
        activity_quarters.quarter_id,
        'sessions' as held_by,
        'informing' as step_code
    from activity_quarters
    inner join sessions_known
        on
            activity_quarters.activity_key = sessions_known.activity_key
            and activity_quarters.quarter_id = sessions_known.quarter_id
    left join meetings
        on
            activity_quarters.activity_key = meetings.activity_key
            and activity_quarters.quarter_id = meetings.quarter_id
    where not coalesce(meetings.has_lived_experience, false)
),

stages as (
    select
        activity_key,
        quarter_id,
        'stages' as held_by,
        case when has_design and not has_lived_design then 'engagement' else 'co_design' end as step_code
    from meetings
    where
        (has_design and not has_lived_design)
        or (has_delivery and not has_lived_delivery)
        -- Work that is still being designed cannot show yet that it is seen through.
        or (is_closed and has_design and not coalesce(has_delivery, false))
),

-- A year of things said, so that work can get better; each has had the time that an answer may take.
said as (
    select
        activity_quarters.activity_key,
        activity_quarters.quarter_id,
        coalesce(inputs.reasoned_on <= activity_quarters.period_end_on, false) as is_reasoned
    from activity_quarters
    cross join limits
    inner join inputs
        on
            activity_quarters.activity_key = inputs.activity_key
            and inputs.received_on >= {{ four_quarters_from("activity_quarters.period_start_on") }}
            and inputs.received_on <= activity_quarters.period_end_on - limits.considered_after
),

reasons as (
    select
        said.activity_key,
        said.quarter_id,
        'reasons' as held_by,
        'consultation' as step_code
    from said
    cross join limits
    group by said.activity_key, said.quarter_id, limits.reasons_share
    having count(*) filter (where said.is_reasoned) < limits.reasons_share * count(*)
),

every_record as (
    select * from rights
    union all
    select * from votes
    union all
    select * from nobody_met
    union all
    select * from stages
    union all
    select * from reasons
),

shown as (
    select distinct on (every_record.activity_key, every_record.quarter_id)
        every_record.activity_key,
        every_record.quarter_id,
        every_record.held_by,
        every_record.step_code,
        steps.position
    from every_record
    inner join steps on every_record.step_code = steps.code
    order by
        every_record.activity_key asc,
        every_record.quarter_id asc,
        steps.position asc,
        every_record.held_by asc
),

described as (
    select
        activity_quarters.activity_key,
        activity_quarters.organisation_code,
        activity_quarters.icb_code,
        activity_quarters.quarter_id,
        activity_quarters.level_claimed as step_claimed,
        claimed.position as claimed_position,
        claimed.group_code as way_claimed,
        shown.step_code as step_shown,
        shown.position as shown_position,
        shown.held_by,
        activity_quarters.level_members_say as step_members_say,
        members.position as members_position,
        activity_quarters.is_closed_in_quarter
        or activity_quarters.began_on <= activity_quarters.period_end_on - limits.judged_after as is_judged,
        claimed.position > shown.position as is_claimed_above_shown,
        claimed.position > members.position as is_claimed_above_members
    from activity_quarters
    cross join limits
    inner join shown
        on
            activity_quarters.activity_key = shown.activity_key
            and activity_quarters.quarter_id = shown.quarter_id
    left join steps as claimed on activity_quarters.level_claimed = claimed.code
    left join steps as members on activity_quarters.level_members_say = members.code
)

select * from described
