with

activity_quarters as (
    select * from {{ ref("fct_activity_quarters") }}
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
    where stage is not null
),

stages as (
    select
        code as stage,
        position as stage_position
    from {{ ref("dim_code") }}
    where list_name = 'session_stage'
),

-- One project in one stage is one line of the matrix, however often people met about it.
live as (
    select
        activity_quarters.organisation_code,
        activity_quarters.icb_code,
        activity_quarters.quarter_id,
        coalesce(activity_quarters.tier, 'not_known') as tier,
        activity_quarters.activity_key,
        activity_sessions.stage,
        coalesce(bool_or(activity_sessions.lived_experience_count > 0), false) as is_involved,
        coalesce(
            activity_quarters.decision_rights in ('shared_vote', 'decides')
            and bool_or(activity_sessions.lived_experience_count > 0),
            false
        ) as has_say
    from activity_quarters
    inner join activity_sessions
        on
            activity_quarters.activity_key = activity_sessions.activity_key
            and activity_quarters.quarter_id = activity_sessions.quarter_id
    group by
        activity_quarters.organisation_code,
        activity_quarters.icb_code,
        activity_quarters.quarter_id,
        activity_quarters.tier,
        activity_quarters.activity_key,
        activity_quarters.decision_rights,
        activity_sessions.stage
),

tiers as (
    select
        organisation_code,
        icb_code,
        quarter_id,
        coalesce(tier, 'not_known') as tier,
        count(*) as activity_count
    from activity_quarters
    group by organisation_code, icb_code, quarter_id, coalesce(tier, 'not_known')
),

counted as (
    select
        organisation_code,
        quarter_id,
        tier,
        stage,
        count(*) as live_count,
        count(*) filter (where is_involved) as involved_count,
        count(*) filter (where has_say) as say_count
    from live
    group by organisation_code, quarter_id, tier, stage
),

described as (
    select
        tiers.organisation_code,
        tiers.icb_code,
        tiers.quarter_id,
        tiers.tier,
        stages.stage,
        stages.stage_position,
        tiers.activity_count,
        coalesce(counted.live_count, 0) as live_count,
        coalesce(counted.involved_count, 0) as involved_count,
        coalesce(counted.say_count, 0) as say_count
    from tiers
    cross join stages
    left join counted
        on
            tiers.organisation_code = counted.organisation_code
            and tiers.quarter_id = counted.quarter_id
            and tiers.tier = counted.tier
            and stages.stage = counted.stage
),

valued as (
    select
        *,
        involved_count / nullif(live_count, 0)::double precision as involved_share,
        {{ share_limit("involved_count", "live_count", "lower") }} as involved_share_lower,
        {{ share_limit("involved_count", "live_count", "upper") }} as involved_share_upper
    from described
)

select * from valued
