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

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_role' and is_newest
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
    where record = 'concern'
),

-- The smallest senders are not asked how people could contribute: what they do not say is not counted against them.
methods as (
    select
        'several_methods' as measure_code,
        sessions.organisation_code,
        sessions.quarter_id,
        true as is_told,
        (nullif({{ said_codes_count("sessions.method_codes") }}, 0) >= thresholds.value)::integer as numerator,
        1 as denominator
    from sessions
    inner join thresholds on thresholds.threshold_id = 'methods_at_least'
),

-- A session without papers has none that could come late.
papers as (
    select
        'papers_in_time' as measure_code,
        sessions.organisation_code,
        sessions.quarter_id,
        sent_day.date_on is not null as is_told,
        coalesce(held_day.working_day_number - sent_day.working_day_number >= thresholds.value, false)::integer
            as numerator,
        (sent_day.date_on is not null)::integer as denominator
    from sessions
    inner join days as held_day on sessions.held_on = held_day.date_on
    left join days as sent_day on sessions.papers_sent_on = sent_day.date_on
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

-- A format asked for and not recorded as supplied was not supplied.
formats as (
    select
        'requested_formats_supplied' as measure_code,
        reports.organisation_code,
        reports.quarter_id,
        cardinality(reports.formats_requested) > 0 or cardinality(reports.formats_supplied) > 0 as is_told,
        asked_for.supplied_count as numerator,
        asked_for.format_count as denominator
    from reports
    cross join
        lateral (
            select
                count(*) as format_count,
                count(*) filter (where formats.format_code = any(reports.formats_supplied)) as supplied_count
            from unnest(reports.formats_requested) as formats (format_code)
            where {{ said_code("formats.format_code") }} is not null
        ) as asked_for
),

in_formats as (
    select
        'materials_in_several_formats' as measure_code,
        materials.organisation_code,
        materials.quarter_id,
        true as is_told,
        (nullif({{ said_codes_count("materials.formats_supplied") }}, 0) >= thresholds.value)::integer as numerator,
        1 as denominator
    from materials
    inner join thresholds on thresholds.threshold_id = 'formats_at_least'
    where materials.shared_on is not null
),

-- A concern of a kind that is not known may be about a barrier.
barriers as (
    select
        'barriers_removed' as measure_code,
        concerns.organisation_code,
        concerns.quarter_id,
        true as is_told,
        case
            when concerns.concern_kind = 'access_barrier'
                then coalesce(
                    concerns.outcome = 'resolved'
                    and concerns.closed_on <= concerns.raised_on + thresholds.value::integer,
                    false
                )::integer
        end as numerator,
        1 as denominator
    from concerns
    inner join thresholds on thresholds.threshold_id = 'barrier_removed_within'
    inner join last_known on concerns.organisation_code = last_known.organisation_code
    where
        concerns.is_counted
        and ({{ said_code("concerns.concern_kind") }} is null or concerns.concern_kind = 'access_barrier')
        and concerns.raised_on + thresholds.value::integer <= last_known.last_known_on
),

-- A session of which it is not known whether it touched on trauma may have.
check_ins as (
    select
        'check_ins_offered' as measure_code,
        participations.organisation_code,
        participations.quarter_id,
        true as is_told,
        case
            when sessions.is_trauma_related = 'yes' and participations.check_in_known_count > 0
                then participations.check_in_offered_count
        end as numerator,
        participations.check_in_known_count as denominator
    from participations
    inner join sessions on participations.session_key = sessions.session_key
    where sessions.is_trauma_related is distinct from 'no'
),

-- A register holds the last dates only, and a plan agreed anew hides the day of the one before it. Who has all three is
-- told by a sender that keeps all three.
safe_roles as (
    select
        'safe_participation' as measure_code,
        roles.organisation_code,
        spoken_for.quarter_id,
        bool_or(roles.safety_plan_agreed_on is not null) over by_sender
        and bool_or(roles.support_contact_given_on is not null) over by_sender
        and bool_or(roles.trauma_support_offered_on is not null) over by_sender as is_told,
        coalesce(
            roles.safety_plan_agreed_on <= spoken_for.period_end_on
            and roles.support_contact_given_on <= spoken_for.period_end_on
            and roles.trauma_support_offered_on <= spoken_for.period_end_on,
            false
        )::integer as numerator,
        1 as denominator
    from roles
    inner join spoken_for
        on
            roles.organisation_code = spoken_for.organisation_code
            and coalesce(roles.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
            and coalesce(roles.ended_on, 'infinity') > spoken_for.period_end_on
    window by_sender as (partition by roles.organisation_code)
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
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
