{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether what is called co-production has all that makes it one: evaluated with members, everyone trained, everyone to
-- whom payment was due offered it. Roles are listed as they stand now: who was trained when an older quarter ended
-- cannot be known from them.
with

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where is_newest
),

-- What the small form does not ask for is not missing from those who fill it in.
under_way as (
    select activity_quarters.*
    from {{ ref("fct_activity_quarters") }} as activity_quarters
    inner join {{ ref("dim_organisation") }} as organisations
        on activity_quarters.organisation_code = organisations.organisation_code
    inner join spoken_for
        on
            activity_quarters.organisation_code = spoken_for.organisation_code
            and activity_quarters.quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'involvement_activity'
    where organisations.tier = 'full'
),

roles as (
    select fct_roles.*
    from {{ ref("fct_roles") }} as fct_roles
    inner join spoken_for
        on fct_roles.organisation_code = spoken_for.organisation_code and spoken_for.record = 'involvement_role'
),

participations as (
    select fct_participations.*
    from {{ ref("fct_participations") }} as fct_participations
    inner join spoken_for
        on fct_participations.organisation_code = spoken_for.organisation_code and spoken_for.record = 'participation'
),

-- A sender that never tells of anybody's training, of whom payment is due to, or of an evaluation, does not keep it.
kept as (
    select
        'trained' as element,
        organisation_code
    from roles
    where trained_on is not null
    union
    select
        'rewarded' as element,
        organisation_code
    from participations
    where payment_eligibility_known_count > 0
    union
    select
        'evaluated' as element,
        organisation_code
    from under_way
    where has_evaluated_with_members
),

kept_by as (
    select
        organisation_code,
        bool_or(element = 'evaluated') as is_evaluation_kept,
        bool_or(element = 'trained') as is_training_kept,
        bool_or(element = 'rewarded') as is_payment_kept
    from kept
    group by organisation_code
),

trained as (
    select
        under_way.activity_key,
        bool_and(coalesce(roles.trained_on <= under_way.period_end_on, false)) as is_so
    from under_way
    inner join roles
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
        and sum(participations.payment_eligible_count) > 0 as is_so
    from under_way
    inner join {{ ref("bridge_activity_sessions") }} as activity_sessions
        on
            under_way.activity_key = activity_sessions.activity_key
            and activity_sessions.held_on >= {{ four_quarters_from("under_way.period_start_on") }}
            and under_way.period_end_on >= activity_sessions.held_on
    inner join participations on activity_sessions.session_key = participations.session_key
    group by under_way.activity_key
),

elements as (
    select
        under_way.organisation_code,
        under_way.quarter_id,
        under_way.level_claimed,
        case when kept_by.is_evaluation_kept then under_way.has_evaluated_with_members end as is_evaluated,
        case when kept_by.is_training_kept then coalesce(trained.is_so, false) end as is_trained,
        case when kept_by.is_payment_kept then coalesce(rewarded.is_so, false) end as is_rewarded
    from under_way
    left join trained on under_way.activity_key = trained.activity_key
    left join rewarded on under_way.activity_key = rewarded.activity_key
    left join kept_by on under_way.organisation_code = kept_by.organisation_code
),

-- Work that claims another step is no co-production; work that claims none may be.
every_row as (
    select
        items.measure_code,
        elements.organisation_code,
        elements.quarter_id,
        true as is_told,
        case
            when elements.level_claimed = 'co_production' then items.is_met::integer
            when elements.level_claimed is not null then 0
        end as numerator,
        (elements.level_claimed = 'co_production')::integer as denominator
    from elements
    cross join
        lateral (
            values
            ('definition_complete', elements.is_evaluated and elements.is_trained and elements.is_rewarded),
            ('definition_evaluated', elements.is_evaluated),
            ('definition_trained', elements.is_trained),
            ('definition_rewarded', elements.is_rewarded)
        ) as items (measure_code, is_met)
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
