-- The four signs that a group is a box ticked: no route to a decision, the same few people, nothing recorded of what
-- came of it, and nobody told. Each looks back four quarters, so that one quiet quarter is no sign.
with

involvement_groups as (
    select * from {{ ref("dim_group") }}
    where is_known
),

quarters as (
    select
        *,
        {{ four_quarters_from("period_start_on") }} as looked_back_from_on
    from {{ ref("int_quarters__measured") }}
),

activities as (
    select * from {{ ref("fct_activities") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

limits as (
    select
        max(value) filter (where threshold_id = 'considered_after')::integer as decided_within_days,
        max(value) filter (where threshold_id = 'waiting_at_most')::integer as told_within_days
    from {{ ref("thresholds") }}
),

-- What was said at a group's meeting or about its work is the group's.
inputs as (
    select
        inputs.*,
        coalesce(sessions.group_key, activities.group_key) as group_key
    from {{ ref("fct_inputs") }} as inputs
    left join sessions on inputs.session_key = sessions.session_key
    left join activities on inputs.activity_key = activities.activity_key
),

watched as (
    select
        involvement_groups.group_key,
        involvement_groups.organisation_code,
        involvement_groups.icb_code,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on,
        quarters.looked_back_from_on
    from involvement_groups
    inner join quarters
        on
            coalesce(involvement_groups.started_on, quarters.period_end_on) <= quarters.period_end_on
            and coalesce(involvement_groups.ended_on, 'infinity') > quarters.period_end_on
    -- A body that decides, rather than one that is asked, has no route to show.
    where involvement_groups.group_kind not in ('decision_forum', 'board')
),

-- A register that has not come up to the quarter's end tells of nobody that nothing came of it.
known as (
    select distinct
        received.organisation_code,
        received.record,
        quarters.quarter_id
    from {{ ref("int_records__known") }} as received
    inner join quarters on quarters.period_end_on between received.known_from_on and received.known_to_on
),

routes as (
    select
        watched.group_key,
        watched.quarter_id,
        count(*) filter (
            where activities.scope is not null and activities.decision_group_key is not null
        ) as numerator,
        count(*) as denominator
    from watched
    inner join activities
        on
            watched.group_key = activities.group_key
            and watched.period_end_on >= activities.started_on
            and coalesce(activities.closed_on, 'infinity') >= watched.looked_back_from_on
    group by watched.group_key, watched.quarter_id
),

voices as (
    select
        watched.group_key,
        watched.quarter_id,
        sum(sessions.first_time_count) as numerator,
        sum(sessions.lived_experience_count) as denominator
    from watched
    inner join sessions
        on
            watched.group_key = sessions.group_key
            and watched.looked_back_from_on <= sessions.held_on
            and watched.period_end_on >= sessions.held_on
    where sessions.first_time_count is not null and sessions.lived_experience_count is not null
    group by watched.group_key, watched.quarter_id
),

outcomes as (
    select
        watched.group_key,
        watched.quarter_id,
        count(*) filter (where inputs.decided_on <= watched.period_end_on) as numerator,
        count(*) as denominator
    from watched
    inner join known
        on
            watched.organisation_code = known.organisation_code
            and watched.quarter_id = known.quarter_id
            and known.record = 'decision'
    cross join limits
    inner join inputs
        on
            watched.group_key = inputs.group_key
            and watched.looked_back_from_on <= inputs.received_on
            and inputs.received_on <= watched.period_end_on - limits.decided_within_days
    group by watched.group_key, watched.quarter_id
),

loops as (
    select
        watched.group_key,
        watched.quarter_id,
        count(*) filter (where inputs.told_on <= watched.period_end_on) as numerator,
        count(*) as denominator
    from watched
    inner join known
        on
            watched.organisation_code = known.organisation_code
            and watched.quarter_id = known.quarter_id
            and known.record = 'told_back'
    cross join limits
    inner join inputs
        on
            watched.group_key = inputs.group_key
            and watched.looked_back_from_on <= inputs.decided_on
            and inputs.decided_on <= watched.period_end_on - limits.told_within_days
    where inputs.is_reply_owed
    group by watched.group_key, watched.quarter_id
),

counted as (
    select
        'no_decision_route' as sign,
        *
    from routes
    union all
    select
        'same_few_people' as sign,
        *
    from voices
    union all
    select
        'no_outcomes_recorded' as sign,
        *
    from outcomes
    union all
    select
        'nobody_told' as sign,
        *
    from loops
),

signs as (
    select * from (
        values
        ('no_decision_route', 'activities whose scope and deciding forum are recorded'),
        ('same_few_people', 'attendances that were somebody''s first'),
        ('no_outcomes_recorded', 'things said that were decided on'),
        ('nobody_told', 'decided things of which somebody was told')
    ) as named (sign, counts)
),

judged as (
    select
        concat_ws('/', watched.group_key, signs.sign, watched.quarter_id) as warning_sign_key,
        watched.group_key,
        watched.organisation_code,
        watched.icb_code,
        watched.quarter_id,
        signs.sign,
        signs.counts,
        counted.numerator::bigint as numerator,
        counted.denominator::bigint as denominator,
        case
            when coalesce(counted.denominator, 0) = 0 then 'cannot_tell'
            -- One piece of work without a route is enough; of people, outcomes and replies, none at all is the sign.
            when signs.sign = 'no_decision_route' and counted.numerator < counted.denominator then 'yes'
            when counted.numerator = 0 then 'yes'
            else 'no'
        end as is_raised
    from watched
    cross join signs
    left join counted
        on
            watched.group_key = counted.group_key
            and watched.quarter_id = counted.quarter_id
            and signs.sign = counted.sign
)

select * from judged
