with

attendances as (
    select * from {{ ref("int_participations__numbered") }}
    where has_attended
),

by_session as (
    select distinct
        attendances.provider_code,
        attendances.icb_code,
        attendances.quarter_id,
        bases.basis,
        attendances.group_key,
        attendances.person_ref
    from attendances
    cross join
        lateral (
            values
            ('session'), (case when attendances.stage in ('prioritise', 'design') then 'priority_or_design_session' end)
        ) as bases (basis)
    where bases.basis is not null
),

first_sent as (
    select * from {{ ref("int_roles__first_sent") }}
),

roles as (
    select
        *,
        {{ sender_key("role_id") }} as role_key
    from {{ ref("stg_involvement_role") }}
),

-- Of a role without a first day it is known that it was held when it was first sent.
by_role as (
    select distinct
        roles.provider_code,
        roles.icb_code,
        {{ financial_quarter("quarters.start_at") }} as quarter_id,
        bases.basis,
        {{ sender_key("roles.group_id", "roles.provider_code") }} as group_key,
        roles.person_ref
    from roles
    left join first_sent on roles.role_key = first_sent.role_key
    cross join
        lateral generate_series(
            date_trunc('quarter', coalesce(roles.started_on, first_sent.first_submitted_on)),
            least(roles.ended_on, {{ as_of_on() }}),
            interval '3 months'
        ) as quarters (start_at)
    cross join
        lateral (
            values
            ('role'), (case when roles.role_kind in ('peer_worker', 'lay_member') then 'peer_or_lay_role' end)
        ) as bases (basis)
    where
        bases.basis is not null
        and roles.person_ref is not null
        and coalesce(roles.started_on <= {{ as_of_on() }}, true)
),

together as (
    select * from by_session
    union all
    select * from by_role
)

select * from together
