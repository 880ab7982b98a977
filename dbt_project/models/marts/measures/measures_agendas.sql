{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What governing meetings look at: months in which restrictive practice, or themes from services, were on an agenda.
with

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
    where record = 'session'
),

months as (
    select
        months.month_on::date as month_start_on,
        quarters.quarter_id
    from quarters
    cross join lateral generate_series(
        quarters.period_start_on, quarters.period_end_on, interval '1 month'
    ) as months (month_on)
),

-- Whoever never says what was on an agenda, or not yet, has no agenda to look through.
agendas as (
    select
        sessions.organisation_code,
        sessions.held_on,
        sessions.agenda_codes,
        sessions.minutes_issued_on is not null as is_minuted,
        coalesce(involvement_groups.group_kind in ('board', 'decision_forum', 'working_group'), false)
            as is_governing
    from sessions
    left join involvement_groups on sessions.group_key = involvement_groups.group_key
    where cardinality(sessions.agenda_codes) > 0
),

first_agendas as (
    select
        organisation_code,
        {{ month_start("min(held_on)") }} as first_month_on
    from agendas
    group by organisation_code
),

subjects as (
    select
        'restrictive_practice_months' as measure_code,
        organisation_code,
        min(coalesce(opened_on, date '1900-01-01')) as asked_from_on,
        max(coalesce(closed_on, 'infinity')) as asked_to_on
    from services
    where service_kind in ('inpatient_ward', 'supported_living')
    group by organisation_code
    union all
    select
        'theme_months' as measure_code,
        organisation_code,
        date '1900-01-01' as asked_from_on,
        date 'infinity' as asked_to_on
    from full_tier
),

on_the_agenda as (
    select
        subjects.measure_code,
        subjects.organisation_code,
        months.quarter_id,
        coalesce(months.month_start_on >= first_agendas.first_month_on, false) as is_told,
        case when exists (
            select 1
            from agendas
            where
                agendas.organisation_code = subjects.organisation_code
                and {{ month_start("agendas.held_on") }} = months.month_start_on
                and case subjects.measure_code
                    when 'theme_months' then 'service_themes' = any(agendas.agenda_codes)
                    else
                        'restrictive_practice' = any(agendas.agenda_codes)
                        and agendas.is_minuted
                        and agendas.is_governing
                end
        ) then 1 when months.month_start_on >= first_agendas.first_month_on then 0 end as numerator,
        1 as denominator
    from subjects
    inner join months
        on subjects.asked_from_on <= months.month_start_on and subjects.asked_to_on > months.month_start_on
    inner join spoken_for
        on subjects.organisation_code = spoken_for.organisation_code and months.quarter_id = spoken_for.quarter_id
    left join first_agendas on subjects.organisation_code = first_agendas.organisation_code
),

counted_by_quarter as (
    {{ counted_by_quarter("on_the_agenda") }}
)

select * from counted_by_quarter
