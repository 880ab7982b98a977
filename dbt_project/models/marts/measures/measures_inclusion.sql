{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Who takes part, and who could: those asked, carers, people without a service, and groups that are often left out.
{#- The protected characteristics of the Equality Act 2010 -#}
{% set protected = [
    "age_band", "disability", "ethnicity", "gender_identity", "marriage", "pregnancy_maternity", "religion", "sex",
    "sexual_orientation",
] %}
with

answers as (
    select * from {{ ref("fct_feedback_counts") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

roles as (
    select * from {{ ref("fct_roles") }}
),

representation as (
    select * from {{ ref("mart_representation") }}
    where organisation_code <> 'ALL'
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_role' and is_newest
),

-- How many could have answered stands on every row of a service. An answer that is hidden, or more answers than people
-- who could give one, leaves the share of that service and time unknown.
returns as (
    select
        organisation_code,
        quarter_id,
        service_id,
        period_start_on,
        period_end_on,
        sum(counted) as answer_count,
        max(eligible_count) as eligible_count,
        not bool_or(value_state = 'suppressed') and coalesce(sum(counted) <= max(eligible_count), false) as is_known
    from answers
    group by organisation_code, quarter_id, service_id, period_start_on, period_end_on
),

-- What is told by service and month is told again in a row of the quarter, or of no service: it counts once, from the
-- finest rows that can be counted.
responses as (
    select
        'feedback_response' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when is_known then answer_count end as numerator,
        eligible_count as denominator
    from returns
    where
        not exists (
            select 1
            from returns as finer
            where
                finer.is_known
                and finer.organisation_code = returns.organisation_code
                and finer.period_start_on <= returns.period_end_on
                and finer.period_end_on >= returns.period_start_on
                and (
                    (returns.service_id is null and finer.service_id is not null)
                    or (
                        returns.service_id is not distinct from finer.service_id
                        and finer.period_end_on - finer.period_start_on
                        < returns.period_end_on - returns.period_start_on
                    )
                )
        )
),

-- Whoever comes uninvited was not asked.
invited as (
    select
        'invited_who_came' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case
            when lived_experience_count is not null and invited_count is not null
                then least(lived_experience_count, invited_count)
        end as numerator,
        invited_count as denominator
    from sessions
),

carers as (
    select
        'carers_taking_part' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when lived_experience_count is not null then carer_count end as numerator,
        lived_experience_count as denominator
    from sessions
),

-- Of a role without a first day it is known that it was held when the register came. A register may drop who left, and
-- says who uses services now: who held a role in an older quarter cannot be known from it.
held as (
    select
        roles.organisation_code,
        spoken_for.quarter_id,
        {{ said_code("roles.role_kind") }} as role_kind,
        roles.service_use
    from roles
    inner join spoken_for
        on
            roles.organisation_code = spoken_for.organisation_code
            and coalesce(roles.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
            and coalesce(roles.ended_on, 'infinity') > spoken_for.period_end_on
),

carers_in_roles as (
    select
        'carers_in_roles' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        (role_kind in ('carer', 'family_or_friend', 'bereaved'))::integer as numerator,
        1 as denominator
    from held
),

service_uses as (
    select
        measures.measure_code,
        held.organisation_code,
        held.quarter_id,
        true as is_told,
        case
            when held.service_use in ('current', 'past', 'waiting', 'turned_down', 'never')
                then (held.service_use = any(measures.counted))::integer
        end as numerator,
        1 as denominator
    from held
    cross join (
        values
        ('not_using_services', array['past', 'waiting', 'turned_down', 'never']),
        ('turned_down_or_waiting', array['waiting', 'turned_down'])
    ) as measures (measure_code, counted)
),

in_question as (
    select
        of_groups.measure_code,
        representation.*,
        representation.characteristic = of_groups.characteristic
        and representation.value_code = of_groups.value_code as is_in_question
    from representation
    inner join (
        values
        ('ethnic_minority_taking_part', 'session', 'ethnic_minority', 'yes'),
        ('ethnic_minority_in_priorities', 'priority_or_design_session', 'ethnic_minority', 'yes'),
        ('ethnic_minority_in_roles', 'peer_or_lay_role', 'ethnic_minority', 'yes'),
        ('most_deprived_taking_part', 'session', 'most_deprived_fifth', 'yes'),
        ('rural_taking_part', 'session', 'rural_urban', 'rural'),
        ('intersection_taking_part', 'session', 'intersection', 'yes')
    ) as of_groups (measure_code, basis, characteristic, value_code) on representation.basis = of_groups.basis
),

-- A characteristic that is known of nobody, or not kept, tells nothing of who takes part.
in_groups as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        bool_or(is_in_question and known_count > 0) as is_told,
        max(value_count) filter (where is_in_question) as numerator,
        max(known_count) filter (where is_in_question) as denominator
    from in_question
    group by measure_code, organisation_code, quarter_id
),

-- A characteristic that is not kept is not known of anybody.
known_by_characteristic as (
    select distinct
        organisation_code,
        quarter_id,
        characteristic,
        people_count,
        known_count,
        characteristic in (
            {%- for one in protected %}
            '{{ one }}'{{ "," if not loop.last }}
            {%- endfor %}
        ) as is_protected
    from representation
    where basis = 'session'
),

characteristics_known as (
    select
        'characteristics_known' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        coalesce(sum(known_count) filter (where is_protected), 0) as numerator,
        max(people_count) * {{ protected | length }} as denominator
    from known_by_characteristic
    group by organisation_code, quarter_id
),

every_row as (
    select * from responses
    union all
    select * from invited
    union all
    select * from carers
    union all
    select * from carers_in_roles
    union all
    select * from service_uses
    union all
    select * from in_groups
    union all
    select * from characteristics_known
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
