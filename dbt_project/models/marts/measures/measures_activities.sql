{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What stands behind pieces of work called co-production: their step on the ladder, how far it is borne out, what was
-- designed together, measured, evaluated and told to everyone who took part.
with

activity_quarters as (
    select * from {{ ref("fct_activity_quarters") }}
),

activity_steps as (
    select * from {{ ref("fct_activity_steps") }}
),

activity_sessions as (
    select * from {{ ref("bridge_activity_sessions") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

services as (
    select * from {{ ref("dim_service") }}
    where is_known
),

involvement_groups as (
    select * from {{ ref("dim_group") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- What the small form does not ask for is not missing from those who fill it in.
full_tier as (
    select organisation_code from {{ ref("dim_organisation") }}
    where tier = 'full'
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
),

under_way as (
    select activity_quarters.*
    from activity_quarters
    inner join full_tier on activity_quarters.organisation_code = full_tier.organisation_code
),

co_designed as (
    select
        'activities_co_designed' as measure_code,
        organisation_code,
        quarter_id,
        level_claimed is not null as is_told,
        coalesce(level_claimed in ('co_design', 'co_production'), false)::integer as numerator,
        1 as denominator
    from activity_quarters
),

over_claimed as (
    select
        'claimed_above_records' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        is_claimed_above_shown::integer as numerator,
        1 as denominator
    from activity_steps
    where is_judged
),

commissioned as (
    select
        'activities_in_commissioning' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        ({{ said_code("tier") }} = 'commissioning')::integer as numerator,
        1 as denominator
    from under_way
),

assessed as (
    select
        'activities_with_eia' as measure_code,
        organisation_code,
        quarter_id,
        has_eia as is_told,
        has_eia::integer as numerator,
        1 as denominator
    from under_way
),

measured as (
    select
        'activities_with_measure' as measure_code,
        organisation_code,
        quarter_id,
        measure_count > 0 as is_told,
        (measure_count > 0)::integer as numerator,
        1 as denominator
    from under_way
),

agreed as (
    select
        'measures_agreed' as measure_code,
        organisation_code,
        quarter_id,
        has_measures_agreed_with_members as is_told,
        case when has_measures_agreed_with_members then measure_count else 0 end as numerator,
        measure_count as denominator
    from under_way
),

stages as (
    select
        'stages_with_say' as measure_code,
        under_way.organisation_code,
        under_way.quarter_id,
        true as is_told,
        case
            when activity_sessions.stage is not null
                then (
                    under_way.decision_rights in ('shared_vote', 'decides')
                    and bool_or(activity_sessions.lived_experience_count > 0)
                )::integer
        end as numerator,
        1 as denominator
    from under_way
    inner join activity_sessions
        on
            under_way.activity_key = activity_sessions.activity_key
            and under_way.quarter_id = activity_sessions.quarter_id
    group by
        under_way.organisation_code,
        under_way.quarter_id,
        under_way.activity_key,
        under_way.decision_rights,
        activity_sessions.stage
),

given_time as (
    select
        'time_at_co_design' as measure_code,
        organisation_code,
        quarter_id,
        participation_minutes > 0 as is_told,
        case when step_code in ('co_design', 'co_production') then participation_minutes else 0 end as numerator,
        participation_minutes as denominator
    from {{ ref("mart_ladder") }}
),

-- A team is asked about where feedback names it: what names the whole provider is no team's.
asked_about as (
    select
        service_key,
        quarter_id
    from {{ ref("fct_feedback_counts") }}
    where counted > 0
    union
    select
        service_key,
        quarter_id
    from {{ ref("fct_feedback_responses") }}
    where is_counted
    union
    select
        service_key,
        quarter_id
    from {{ ref("fct_survey_answers") }}
    where about_organisation_code = organisation_code
    union
    select
        activity_quarters.service_key,
        activity_sessions.quarter_id
    from activity_sessions
    inner join activity_quarters
        on
            activity_sessions.activity_key = activity_quarters.activity_key
            and activity_sessions.quarter_id = activity_quarters.quarter_id
    union
    select
        involvement_groups.service_key,
        sessions.quarter_id
    from sessions
    inner join involvement_groups on sessions.group_key = involvement_groups.group_key
),

teams as (
    select
        'teams_asking' as measure_code,
        services.organisation_code,
        quarters.quarter_id,
        true as is_told,
        (asked_about.service_key is not null)::integer as numerator,
        1 as denominator
    from services
    inner join full_tier on services.organisation_code = full_tier.organisation_code
    -- Open for the whole of the quarter: nobody is held to a quarter of which they had a week.
    inner join quarters
        on
            coalesce(services.opened_on, quarters.period_start_on) <= quarters.period_start_on
            and coalesce(services.closed_on, 'infinity') > quarters.period_end_on
    left join asked_about
        on services.service_key = asked_about.service_key and quarters.quarter_id = asked_about.quarter_id
    where
        services.service_kind <> 'commissioning'
        and exists (
            select 1
            from spoken_for
            where
                spoken_for.organisation_code = services.organisation_code
                and spoken_for.quarter_id = quarters.quarter_id
                and spoken_for.record in ('feedback_count', 'feedback_response')
        )
),

products as (
    select
        'products_codesigned' as measure_code,
        materials.organisation_code,
        materials.quarter_id,
        true as is_told,
        case
            when materials.is_codesigned in ('yes', 'no') then (materials.is_codesigned = 'yes')::integer
            when materials.material_kind = 'codesigned_product' then 1
        end as numerator,
        1 as denominator
    from {{ ref("fct_materials") }} as materials
    inner join full_tier on materials.organisation_code = full_tier.organisation_code
    where materials.material_kind in ('codesigned_product', 'outcome_report') and materials.shared_on is not null
),

-- A theme drawn from feedback, complaints or incidents is nobody's contribution: there is nobody to thank.
acknowledged as (
    select
        'contributions_acknowledged' as measure_code,
        inputs.organisation_code,
        inputs.quarter_id,
        inputs.acknowledged_on is not null as is_told,
        coalesce(inputs.acknowledged_on <= inputs.received_on + thresholds.value::integer, false)::integer as numerator,
        1 as denominator
    from {{ ref("fct_inputs") }} as inputs
    inner join full_tier on inputs.organisation_code = full_tier.organisation_code
    inner join thresholds on thresholds.threshold_id = 'acknowledged_within'
    inner join last_known
        on inputs.organisation_code = last_known.organisation_code and last_known.record = 'input'
    where
        inputs.received_on + thresholds.value::integer <= last_known.last_known_on
        and coalesce(inputs.source_kind, 'direct') not in ('feedback_theme', 'complaint_theme', 'incident_theme')
),

tellings as (
    select
        *,
        coalesce(change_key, activity_key, told_back_key) as told_about
    from {{ ref("fct_told_back") }}
    where told_who = 'everyone_who_took_part' and told_what <> 'decision' and told_on is not null
),

-- Told in two rounds, people are told once, in the quarter of the first: of one outcome the rounds add up to no more
-- than there were to tell.
told as (
    select
        'everyone_told' as measure_code,
        organisation_code,
        min(quarter_id) as quarter_id,
        true as is_told,
        case when count(told_count) > 0 and max(to_tell_count) > 0 then least(sum(told_count), max(to_tell_count)) end
            as numerator,
        max(to_tell_count) as denominator
    from tellings
    group by organisation_code, told_about, told_what
),

endings as (
    select * from tellings
    where told_what in ('final_outcome', 'result_better', 'result_not_better')
),

closed as (
    select
        activity_quarters.organisation_code,
        activity_quarters.quarter_id,
        activity_quarters.activity_key,
        count(endings.told_back_key) > 0 as is_told,
        coalesce(
            bool_or(
                endings.told_on <= activity_quarters.closed_on + thresholds.value::integer
                and coalesce(endings.told_count >= endings.to_tell_count, true)
            ),
            false
        ) as is_told_in_time
    from activity_quarters
    inner join thresholds on thresholds.threshold_id = 'closing_told_within'
    inner join spoken_for
        on
            activity_quarters.organisation_code = spoken_for.organisation_code
            and activity_quarters.quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'told_back'
    inner join last_known
        on activity_quarters.organisation_code = last_known.organisation_code and last_known.record = 'told_back'
    left join endings on activity_quarters.activity_key = endings.activity_key
    where
        activity_quarters.is_closed_in_quarter
        and activity_quarters.closed_on + thresholds.value::integer <= last_known.last_known_on
    group by activity_quarters.organisation_code, activity_quarters.quarter_id, activity_quarters.activity_key
),

-- Nobody listed those who took part in work that ended in silence: they were at least as many as its fullest meeting.
-- Whoever is told late is told: it counts in the quarter of the telling, and its lateness in closed_and_told.
closed_untold as (
    select
        'everyone_told' as measure_code,
        closed.organisation_code,
        closed.quarter_id,
        true as is_told,
        case when max(activity_sessions.lived_experience_count) > 0 then 0 end as numerator,
        max(activity_sessions.lived_experience_count) as denominator
    from closed
    left join activity_sessions on closed.activity_key = activity_sessions.activity_key
    where not closed.is_told
    group by closed.organisation_code, closed.quarter_id, closed.activity_key
),

closed_and_told as (
    select
        'closed_and_told' as measure_code,
        closed.organisation_code,
        closed.quarter_id,
        true as is_told,
        closed.is_told_in_time::integer as numerator,
        1 as denominator
    from closed
    inner join full_tier on closed.organisation_code = full_tier.organisation_code
),

every_row as (
    select * from co_designed
    union all
    select * from over_claimed
    union all
    select * from commissioned
    union all
    select * from assessed
    union all
    select * from measured
    union all
    select * from agreed
    union all
    select * from stages
    union all
    select * from given_time
    union all
    select * from teams
    union all
    select * from products
    union all
    select * from acknowledged
    union all
    select * from told
    union all
    select * from closed_untold
    union all
    select * from closed_and_told
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
