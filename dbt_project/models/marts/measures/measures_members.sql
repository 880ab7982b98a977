{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether those who hold a role were told what it is, trained, supervised and bound to confidence.
with

roles as (
    select * from {{ ref("fct_roles") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

registers as (
    select * from {{ ref("evidence_received") }}
    where record = 'involvement_role'
),

quarters as (
    select * from {{ ref("measured_quarters") }}
),

newest_quarter as (
    select * from quarters
    order by period_end_on desc
    limit 1
),

spoken_for as (
    select distinct
        registers.organisation_code,
        newest_quarter.quarter_id,
        newest_quarter.period_end_on
    from registers
    inner join newest_quarter
        on
            registers.known_from_on <= newest_quarter.period_end_on
            and registers.known_to_on >= newest_quarter.period_end_on
),

-- A register keeps the latest supervision and agreement only, and may drop who left: who was a member in an older
-- quarter, and with what, cannot be known from it.
held as (
    select
        roles.*,
        spoken_for.quarter_id,
        spoken_for.period_end_on
    from roles
    inner join spoken_for on roles.organisation_code = spoken_for.organisation_code
    where
        coalesce(roles.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
        and coalesce(roles.ended_on, 'infinity') > spoken_for.period_end_on
),

described as (
    select
        'members_with_role_description' as measure_code,
        organisation_code,
        quarter_id,
        role_brief_given_on is not null as is_so
    from held
),

bound as (
    select
        'members_with_confidentiality_agreement' as measure_code,
        organisation_code,
        quarter_id,
        confidentiality_agreed_on is not null
        and coalesce(confidentiality_expires_on >= period_end_on, true) as is_so
    from held
),

-- Whoever has held a role for less time than supervision may take is not yet due any.
supervised as (
    select
        'members_supervised' as measure_code,
        held.organisation_code,
        held.quarter_id,
        held.last_supervised_on >= held.period_end_on - make_interval(months => thresholds.value::integer) as is_so
    from held
    inner join thresholds on thresholds.threshold_id = 'supervised_within'
    where
        coalesce(
            held.started_on <= held.period_end_on - make_interval(months => thresholds.value::integer), true
        )
),

trained as (
    select
        'members_trained_before_start' as measure_code,
        roles.organisation_code,
        quarters.quarter_id,
        roles.is_trained_before_start as is_so
    from roles
    inner join quarters on roles.started_on between quarters.period_start_on and quarters.period_end_on
),

every_role as (
    select * from described
    union all
    select * from bound
    union all
    select * from supervised
    union all
    select * from trained
),

-- A column that none of a sender's roles ever fills is one it does not keep: that is no evidence, not nought of all.
kept as (
    select distinct
        roles.organisation_code,
        dated.measure_code
    from roles
    cross join
        lateral (
            values
            ('members_with_role_description', roles.role_brief_given_on),
            ('members_with_confidentiality_agreement', roles.confidentiality_agreed_on),
            ('members_supervised', roles.last_supervised_on),
            ('members_trained_before_start', roles.trained_on)
        ) as dated (measure_code, on_date)
    where dated.on_date is not null
),

counted_by_quarter as (
    select
        every_role.measure_code,
        every_role.organisation_code,
        every_role.quarter_id,
        case when kept.measure_code is not null then count(*) filter (where every_role.is_so) end as numerator,
        case when kept.measure_code is not null then count(*) end as denominator
    from every_role
    left join kept
        on every_role.measure_code = kept.measure_code and every_role.organisation_code = kept.organisation_code
    group by every_role.measure_code, every_role.organisation_code, every_role.quarter_id, kept.measure_code
)

select * from counted_by_quarter
