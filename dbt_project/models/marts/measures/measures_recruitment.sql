{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How people come to take part: sought when all is ready, in several and open ways, taken on, in post, and leaving.
with

recruitments as (
    select * from {{ ref("fct_recruitments") }}
    where advertised_on is not null
),

roles as (
    select * from {{ ref("fct_roles") }}
),

-- A register of roles may drop who left: who held one in an older quarter cannot be known from it.
spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_role' and is_newest
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

ready as (
    select
        'recruitment_ready' as measure_code,
        organisation_code,
        quarter_id,
        role_description_ready_on is not null or support_package_ready_on is not null as is_told,
        is_ready_before_advertised::integer as numerator,
        1 as denominator
    from recruitments
),

channels as (
    select
        'recruitment_channels' as measure_code,
        recruitments.organisation_code,
        recruitments.quarter_id,
        true as is_told,
        (nullif({{ said_codes_count("recruitments.channel_codes") }}, 0) >= thresholds.value)::integer as numerator,
        1 as denominator
    from recruitments
    inner join thresholds on thresholds.threshold_id = 'channels_at_least'
),

accepted as (
    select
        'applicants_accepted' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when applicant_count is not null then accepted_count end as numerator,
        applicant_count as denominator
    from recruitments
),

filled as (
    select
        'peer_and_lay_posts_filled' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when post_count is not null and role_kind in ('peer_worker', 'lay_member') then filled_count end
            as numerator,
        post_count as denominator
    from recruitments
    where {{ said_code("role_kind") }} is null or role_kind in ('peer_worker', 'lay_member')
),

-- Without its first day a role may have begun in any quarter.
begun as (
    select
        roles.*,
        spoken_for.quarter_id,
        {{ said_code("roles.recruited_via") }} as known_channel
    from roles
    inner join spoken_for
        on
            roles.organisation_code = spoken_for.organisation_code
            and coalesce(roles.started_on, spoken_for.period_end_on)
            between spoken_for.period_start_on and spoken_for.period_end_on
),

-- Whoever hears of a role from friends or from staff was found among those already known.
openly as (
    select
        'recruited_openly' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when started_on is not null then (known_channel not in ('word_of_mouth', 'staff_member'))::integer end
            as numerator,
        1 as denominator
    from begun
),

turned_over as (
    select
        'role_turnover' as measure_code,
        roles.organisation_code,
        spoken_for.quarter_id,
        true as is_told,
        case
            when roles.started_on is not null then coalesce(roles.ended_on <= spoken_for.period_end_on, false)::integer
        end as numerator,
        1 as denominator
    from roles
    inner join spoken_for
        on
            roles.organisation_code = spoken_for.organisation_code
            and coalesce(roles.started_on < spoken_for.period_start_on, true)
            and coalesce(roles.ended_on, 'infinity') >= spoken_for.period_start_on
),

every_row as (
    select * from ready
    union all
    select * from channels
    union all
    select * from accepted
    union all
    select * from filled
    union all
    select * from openly
    union all
    select * from turned_over
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
