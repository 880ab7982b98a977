{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What people need in order to take part, and safely: methods, formats, papers, no barriers, support.
with

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

materials as (
    select * from {{ ref("fct_materials") }}
),

told_back as (
    select * from {{ ref("fct_told_back") }}
),

concerns as (
    select * from {{ ref("fct_concerns") }}
),

participations as (
    select * from {{ ref("fct_participations") }}
),

roles as (
    select * from {{ ref("fct_roles") }}
),

days as (
    select * from {{ ref("dim_date") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

newest_quarter as (
    select
        quarter_id,
        period_end_on
    from {{ ref("measured_quarters") }}
    order by period_end_on desc
    limit 1
),

-- The smallest senders are not asked how people could contribute: what they do not say is not counted against them.
methods as (
    select
        'several_methods' as measure_code,
        sessions.organisation_code,
        sessions.quarter_id,
        (used.method_count >= thresholds.value)::integer as numerator,
        1 as denominator
    from sessions
    inner join thresholds on thresholds.threshold_id = 'methods_at_least'
    cross join
        lateral (
            select count(distinct methods.method_code) as method_count
            from unnest(sessions.method_codes) as methods (method_code)
            where methods.method_code <> 'not_known'
        ) as used
    where used.method_count > 0
),

-- A session without papers has none that could come late.
papers as (
    select
        'papers_in_time' as measure_code,
        sessions.organisation_code,
        sessions.quarter_id,
        (held_day.working_day_number - sent_day.working_day_number >= thresholds.value)::integer as numerator,
        1 as denominator
    from sessions
    inner join days as held_day on sessions.held_on = held_day.date_on
    inner join days as sent_day on sessions.papers_sent_on = sent_day.date_on
    inner join thresholds on thresholds.threshold_id = 'papers_sent_before'
),

reports as (
    select
        organisation_code,
        quarter_id,
        formats_requested,
        formats_supplied
    from told_back
    where told_on is not null
    union all
    select
        organisation_code,
        quarter_id,
        formats_requested,
        formats_supplied
    from materials
    where material_kind = 'outcome_report' and shared_on is not null
),

requested as (
    select
        reports.organisation_code,
        reports.quarter_id,
        formats.format_code,
        reports.formats_supplied
    from reports
    cross join lateral unnest(reports.formats_requested) as formats (format_code)
    where formats.format_code not in ('not_known', 'unmapped')
),

-- A format asked for and not recorded as supplied was not supplied.
formats as (
    select
        'requested_formats_supplied' as measure_code,
        organisation_code,
        quarter_id,
        coalesce(format_code = any(formats_supplied), false)::integer as numerator,
        1 as denominator
    from requested
),

in_formats as (
    select
        'materials_in_several_formats' as measure_code,
        materials.organisation_code,
        materials.quarter_id,
        (supplied.format_count >= thresholds.value)::integer as numerator,
        1 as denominator
    from materials
    inner join thresholds on thresholds.threshold_id = 'formats_at_least'
    cross join
        lateral (
            select count(distinct formats.format_code) as format_count
            from unnest(materials.formats_supplied) as formats (format_code)
            where formats.format_code <> 'not_known'
        ) as supplied
    where materials.shared_on is not null
),

barriers as (
    select
        'barriers_removed' as measure_code,
        concerns.organisation_code,
        concerns.quarter_id,
        coalesce(concerns.outcome = 'resolved' and concerns.closed_on is not null, false)::integer as numerator,
        1 as denominator
    from concerns
    inner join thresholds on thresholds.threshold_id = 'barrier_removed_within'
    where
        concerns.is_counted
        and concerns.concern_kind = 'access_barrier'
        and concerns.raised_on + thresholds.value::integer <= {{ as_of_on() }}
),

check_ins as (
    select
        'check_ins_offered' as measure_code,
        organisation_code,
        quarter_id,
        check_in_offered_count as numerator,
        attended_count as denominator
    from participations
    where is_trauma_related and held_on is not null
),

-- A register holds the last dates only, and a plan agreed anew hides the day of the one before it.
safe_roles as (
    select
        'safe_participation' as measure_code,
        roles.organisation_code,
        newest_quarter.quarter_id,
        coalesce(
            roles.safety_plan_agreed_on <= newest_quarter.period_end_on
            and roles.support_contact_given_on <= newest_quarter.period_end_on
            and roles.trauma_support_offered_on <= newest_quarter.period_end_on,
            false
        )::integer as numerator,
        1 as denominator
    from roles
    cross join newest_quarter
    where
        coalesce(roles.started_on, newest_quarter.period_end_on) <= newest_quarter.period_end_on
        and coalesce(roles.ended_on, 'infinity') > newest_quarter.period_end_on
),

every_row as (
    select * from methods
    union all
    select * from papers
    union all
    select * from formats
    union all
    select * from in_formats
    union all
    select * from barriers
    union all
    select * from check_ins
    union all
    select * from safe_roles
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
