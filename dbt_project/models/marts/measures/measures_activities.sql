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
    select * from {{ ref("measured_quarters") }}
),

newest_quarter as (
    select *
    from quarters
    order by period_end_on desc
    limit 1
),

-- What the small form does not ask for is not missing from those who fill it in.
full_tier as (
    select organisation_code from {{ ref("dim_organisation") }}
    where tier = 'full'
),

known as (
    select distinct
        received.organisation_code,
        received.record,
        quarters.quarter_id
    from {{ ref("evidence_received") }} as received
    inner join quarters on quarters.period_end_on between received.known_from_on and received.known_to_on
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
        coalesce(level_claimed in ('co_design', 'co_production'), false)::integer as numerator,
        1 as denominator
    from activity_quarters
),

over_claimed as (
    select
        'claimed_above_records' as measure_code,
        organisation_code,
        quarter_id,
        is_claimed_above_shown::integer as numerator,
        1 as denominator
    from activity_steps
    where is_judged and is_claimed_above_shown is not null
),

commissioned as (
    select
        'activities_in_commissioning' as measure_code,
        organisation_code,
        quarter_id,
        coalesce(tier = 'commissioning', false)::integer as numerator,
        1 as denominator
    from under_way
),

assessed as (
    select
        'activities_with_eia' as measure_code,
        organisation_code,
        quarter_id,
        has_eia::integer as numerator,
        1 as denominator
    from under_way
),

measured as (
    select
        'activities_with_measure' as measure_code,
        organisation_code,
        quarter_id,
        (measure_count > 0)::integer as numerator,
        1 as denominator
    from under_way
),

agreed as (
    select
        'measures_agreed' as measure_code,
        organisation_code,
        quarter_id,
        case when has_measures_agreed_with_members then measure_count else 0 end as numerator,
        measure_count as denominator
    from under_way
    where measure_count > 0
),

stages as (
    select
        'stages_with_say' as measure_code,
        under_way.organisation_code,
        under_way.quarter_id,
        coalesce(
            under_way.decision_rights in ('shared_vote', 'decides')
            and bool_or(activity_sessions.lived_experience_count > 0),
            false
        )::integer as numerator,
        1 as denominator
    from under_way
    inner join activity_sessions
        on
            under_way.activity_key = activity_sessions.activity_key
            and under_way.quarter_id = activity_sessions.quarter_id
    where activity_sessions.stage is not null
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
        case when step_code in ('co_design', 'co_production') then participation_minutes else 0 end as numerator,
        participation_minutes as denominator
    from {{ ref("mart_ladder") }}
    where participation_minutes > 0
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
            from known
            where
                known.organisation_code = services.organisation_code
                and known.quarter_id = quarters.quarter_id
                and known.record in ('feedback_count', 'feedback_response')
        )
),

products as (
    select
        'products_codesigned' as measure_code,
        materials.organisation_code,
        materials.quarter_id,
        coalesce(
            materials.is_codesigned = 'yes'
            or (materials.material_kind = 'codesigned_product' and materials.is_codesigned is distinct from 'no'),
            false
        )::integer as numerator,
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
        coalesce(inputs.acknowledged_on <= inputs.received_on + thresholds.value::integer, false)::integer as numerator,
        1 as denominator
    from {{ ref("fct_inputs") }} as inputs
    inner join full_tier on inputs.organisation_code = full_tier.organisation_code
    inner join thresholds on thresholds.threshold_id = 'acknowledged_within'
    where
        inputs.received_on <= {{ as_of_on() }} - thresholds.value::integer
        and coalesce(inputs.source_kind, 'direct') not in ('feedback_theme', 'complaint_theme', 'incident_theme')
),

tellings as (
    select
        *,
        coalesce(change_key, activity_key, told_back_key) as told_about
    from {{ ref("fct_told_back") }}
    where told_who = 'everyone_who_took_part' and told_what <> 'decision' and told_on is not null
),

-- Told in two rounds, people are told once: of one outcome the rounds add up to no more than there were to tell.
told as (
    select
        'everyone_told' as measure_code,
        organisation_code,
        quarter_id,
        least(sum(told_count), max(to_tell_count)) as numerator,
        max(to_tell_count) as denominator
    from tellings
    where told_count is not null and to_tell_count > 0
    group by organisation_code, quarter_id, told_about
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
    left join endings on activity_quarters.activity_key = endings.activity_key
    where
        activity_quarters.is_closed_in_quarter
        and activity_quarters.closed_on <= {{ as_of_on() }} - thresholds.value::integer
    group by activity_quarters.organisation_code, activity_quarters.quarter_id, activity_quarters.activity_key
),

-- Nobody listed those who took part in work that ended in silence: they were at least as many as its fullest meeting.
-- Whoever is told late is told: it counts in the quarter of the telling, and its lateness in closed_and_told.
closed_untold as (
    select
        'everyone_told' as measure_code,
        closed.organisation_code,
        closed.quarter_id,
        0 as numerator,
        max(activity_sessions.lived_experience_count) as denominator
    from closed
    inner join activity_sessions on closed.activity_key = activity_sessions.activity_key
    where not closed.is_told and activity_sessions.lived_experience_count > 0
    group by closed.organisation_code, closed.quarter_id, closed.activity_key
),

closed_and_told as (
    select
        'closed_and_told' as measure_code,
        closed.organisation_code,
        closed.quarter_id,
        closed.is_told_in_time::integer as numerator,
        1 as denominator
    from closed
    inner join full_tier on closed.organisation_code = full_tier.organisation_code
),

-- Roles are listed as they stand now: who was trained when an older quarter ended cannot be known from them.
trained as (
    select
        under_way.activity_key,
        coalesce(bool_and(coalesce(roles.trained_on <= under_way.period_end_on, false)), false) as is_trained
    from under_way
    inner join newest_quarter on under_way.quarter_id = newest_quarter.quarter_id
    inner join {{ ref("fct_roles") }} as roles
        on
            under_way.group_key = roles.group_key
            and coalesce(roles.started_on, under_way.period_end_on) <= under_way.period_end_on
            and coalesce(roles.ended_on, 'infinity') > under_way.period_end_on
    group by under_way.activity_key
),

rewarded as (
    select
        under_way.activity_key,
        sum(participations.payment_offered_count) = sum(participations.payment_eligible_count)
        and sum(participations.payment_eligible_count) > 0 as is_rewarded
    from under_way
    inner join newest_quarter on under_way.quarter_id = newest_quarter.quarter_id
    inner join activity_sessions
        on
            under_way.activity_key = activity_sessions.activity_key
            and activity_sessions.held_on >= (under_way.period_start_on - interval '9 months')::date
            and under_way.period_end_on >= activity_sessions.held_on
    inner join {{ ref("fct_participations") }} as participations
        on activity_sessions.session_key = participations.session_key
    group by under_way.activity_key
),

elements as (
    select
        under_way.organisation_code,
        under_way.quarter_id,
        under_way.has_evaluated_with_members as is_evaluated,
        coalesce(trained.is_trained, false) as is_trained,
        coalesce(rewarded.is_rewarded, false) as is_rewarded,
        roles_known.record is not null as is_training_known,
        participations_known.record is not null as is_reward_known
    from under_way
    inner join newest_quarter on under_way.quarter_id = newest_quarter.quarter_id
    left join trained on under_way.activity_key = trained.activity_key
    left join rewarded on under_way.activity_key = rewarded.activity_key
    left join known as roles_known
        on
            under_way.organisation_code = roles_known.organisation_code
            and under_way.quarter_id = roles_known.quarter_id
            and roles_known.record = 'involvement_role'
    left join known as participations_known
        on
            under_way.organisation_code = participations_known.organisation_code
            and under_way.quarter_id = participations_known.quarter_id
            and participations_known.record = 'participation'
    where under_way.level_claimed = 'co_production'
),

definition as (
    select
        items.measure_code,
        elements.organisation_code,
        elements.quarter_id,
        items.is_met::integer as numerator,
        1 as denominator
    from elements
    cross join
        lateral (
            values
            (
                'definition_complete',
                elements.is_evaluated and elements.is_trained and elements.is_rewarded,
                elements.is_training_known and elements.is_reward_known
            ),
            ('definition_evaluated', elements.is_evaluated, true),
            ('definition_trained', elements.is_trained, elements.is_training_known),
            ('definition_rewarded', elements.is_rewarded, elements.is_reward_known)
        ) as items (measure_code, is_met, is_known)
    where items.is_known
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
    union all
    select * from definition
),

counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
