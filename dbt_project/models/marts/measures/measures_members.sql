{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether those who hold a role were told what it is, trained, supervised and bound to confidence.
with

roles as (
    select * from {{ ref("fct_roles") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_role'
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
        spoken_for.is_newest
        and coalesce(roles.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
        and coalesce(roles.ended_on, 'infinity') > spoken_for.period_end_on
),

described as (
    select
        'members_with_role_description' as measure_code,
        organisation_code,
        quarter_id,
        role_brief_given_on is not null as is_told,
        role_brief_given_on is not null as is_so
    from held
),

bound as (
    select
        'members_with_confidentiality_agreement' as measure_code,
        organisation_code,
        quarter_id,
        confidentiality_agreed_on is not null as is_told,
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
        held.last_supervised_on is not null as is_told,
        coalesce(
            held.last_supervised_on >= held.period_end_on - make_interval(months => thresholds.value::integer), false
        ) as is_so
    from held
    inner join thresholds on thresholds.threshold_id = 'supervised_within'
    where
        coalesce(
            held.started_on <= held.period_end_on - make_interval(months => thresholds.value::integer), true
        )
),

-- Without its first day a role may have begun in any quarter.
trained as (
    select
        'members_trained_before_start' as measure_code,
        roles.organisation_code,
        spoken_for.quarter_id,
        roles.trained_on is not null as is_told,
        case when roles.started_on is not null then roles.is_trained_before_start end as is_so
    from roles
    inner join spoken_for
        on
            roles.organisation_code = spoken_for.organisation_code
            and spoken_for.is_newest
            and coalesce(roles.started_on, spoken_for.period_end_on)
            between spoken_for.period_start_on and spoken_for.period_end_on
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

every_row as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        is_told,
        is_so::integer as numerator,
        1 as denominator
    from every_role
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
