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

quarters as (
    select * from {{ ref("measured_quarters") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

ready as (
    select
        'recruitment_ready' as measure_code,
        organisation_code,
        quarter_id,
        is_ready_before_advertised::integer as numerator,
        1 as denominator
    from recruitments
),

channels as (
    select
        'recruitment_channels' as measure_code,
        recruitments.organisation_code,
        recruitments.quarter_id,
        (used.channel_count >= thresholds.value)::integer as numerator,
        1 as denominator
    from recruitments
    inner join thresholds on thresholds.threshold_id = 'channels_at_least'
    cross join
        lateral (
            select count(distinct channels.channel_code) as channel_count
            from unnest(recruitments.channel_codes) as channels (channel_code)
            where channels.channel_code <> 'not_known'
        ) as used
),

accepted as (
    select
        'applicants_accepted' as measure_code,
        organisation_code,
        quarter_id,
        accepted_count as numerator,
        applicant_count as denominator
    from recruitments
    where accepted_count is not null and applicant_count is not null
),

filled as (
    select
        'peer_and_lay_posts_filled' as measure_code,
        organisation_code,
        quarter_id,
        filled_count as numerator,
        post_count as denominator
    from recruitments
    where role_kind in ('peer_worker', 'lay_member') and filled_count is not null and post_count is not null
),

-- Whoever hears of a role from friends or from staff was found among those already known.
openly as (
    select
        'recruited_openly' as measure_code,
        organisation_code,
        started_quarter_id as quarter_id,
        (recruited_via not in ('word_of_mouth', 'staff_member'))::integer as numerator,
        1 as denominator
    from roles
    where started_on <= {{ as_of_on() }} and recruited_via not in ('not_known', 'unmapped')
),

turned_over as (
    select
        'role_turnover' as measure_code,
        roles.organisation_code,
        quarters.quarter_id,
        coalesce(roles.ended_on <= quarters.period_end_on, false)::integer as numerator,
        1 as denominator
    from roles
    inner join quarters
        on
            roles.started_on < quarters.period_start_on
            and coalesce(roles.ended_on, 'infinity') >= quarters.period_start_on
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
