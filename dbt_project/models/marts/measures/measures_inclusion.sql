{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Who takes part, and who could: those asked, carers, people without a service, and groups that are often left out.
{#- A measure that is one row of mart_representation: (measure, basis, characteristic, value) -#}
{% set of_groups = [
    ("ethnic_minority_taking_part", "session", "ethnic_minority", "yes"),
    ("ethnic_minority_in_priorities", "priority_or_design_session", "ethnic_minority", "yes"),
    ("ethnic_minority_in_roles", "peer_or_lay_role", "ethnic_minority", "yes"),
    ("most_deprived_taking_part", "session", "most_deprived_fifth", "yes"),
    ("rural_taking_part", "session", "rural_urban", "rural"),
    ("intersection_taking_part", "session", "intersection", "yes"),
] %}
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

quarters as (
    select
        quarter_id,
        period_end_on,
        max(period_end_on) over () as newest_on
    from {{ ref("measured_quarters") }}
),

-- How many could have answered stands on every row of a service. More answers than that is a mistake in either.
responses as (
    select
        'feedback_response' as measure_code,
        organisation_code,
        quarter_id,
        sum(counted) as numerator,
        max(eligible_count) as denominator
    from answers
    group by organisation_code, quarter_id, service_id, period_start_on, period_end_on
    having
        not bool_or(value_state = 'suppressed')
        and max(eligible_count) is not null
        and coalesce(sum(counted), 0) <= max(eligible_count)
),

-- Whoever comes uninvited was not asked.
invited as (
    select
        'invited_who_came' as measure_code,
        organisation_code,
        quarter_id,
        least(lived_experience_count, invited_count) as numerator,
        invited_count as denominator
    from sessions
    where lived_experience_count is not null and invited_count is not null
),

carers as (
    select
        'carers_taking_part' as measure_code,
        organisation_code,
        quarter_id,
        carer_count as numerator,
        lived_experience_count as denominator
    from sessions
    where carer_count is not null and lived_experience_count is not null
),

-- Of a role without a first day it is known that it was held when the register came.
held as (
    select
        roles.organisation_code,
        quarters.quarter_id,
        quarters.period_end_on = quarters.newest_on as is_newest,
        roles.role_kind,
        roles.service_use
    from roles
    inner join quarters
        on
            coalesce(roles.started_on, quarters.newest_on) <= quarters.period_end_on
            and coalesce(roles.ended_on, 'infinity') > quarters.period_end_on
),

carers_in_roles as (
    select
        'carers_in_roles' as measure_code,
        organisation_code,
        quarter_id,
        (role_kind in ('carer', 'family_or_friend', 'bereaved'))::integer as numerator,
        1 as denominator
    from held
    where role_kind not in ('not_known', 'unmapped')
),

-- A register says who uses services now, not who did in an older quarter.
service_uses as (
    select
        measures.measure_code,
        held.organisation_code,
        held.quarter_id,
        (held.service_use = any(measures.counted))::integer as numerator,
        1 as denominator
    from held
    cross join (
        values
        ('not_using_services', array['past', 'waiting', 'turned_down', 'never']),
        ('turned_down_or_waiting', array['waiting', 'turned_down'])
    ) as measures (measure_code, counted)
    where held.is_newest and held.service_use in ('current', 'past', 'waiting', 'turned_down', 'never')
),

in_groups as (
    {%- for measure, basis, characteristic, value in of_groups %}
    select
        '{{ measure }}' as measure_code,
        organisation_code,
        quarter_id,
        value_count as numerator,
        known_count as denominator
    from representation
    where basis = '{{ basis }}' and characteristic = '{{ characteristic }}' and value_code = '{{ value }}'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
        sum(known_count) filter (where is_protected) as numerator,
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
    select
        measure_code,
        organisation_code,
        quarter_id,
        sum(coalesce(numerator, 0)) as numerator,
        sum(denominator) as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
