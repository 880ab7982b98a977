with

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

feedback as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        'feedback' as purpose,
        coalesce(channel, 'not_known') as channel_code,
        sum(counted)::bigint as counted,
        bool_or(value_state = 'suppressed') as is_part_hidden
    from {{ ref("fct_feedback_counts") }}
    group by icb_code, organisation_code, quarter_id, coalesce(channel, 'not_known')
    having sum(counted) > 0 or bool_or(value_state = 'suppressed')
),

recruitment as (
    select
        recruitments.icb_code,
        recruitments.organisation_code,
        recruitments.quarter_id,
        'recruitment' as purpose,
        channels.channel_code,
        count(distinct recruitments.recruitment_key) as counted,
        false as is_part_hidden
    from {{ ref("fct_recruitments") }} as recruitments
    cross join lateral unnest(recruitments.channel_codes) as channels (channel_code)
    where recruitments.advertised_on is not null
    group by
        recruitments.icb_code, recruitments.organisation_code, recruitments.quarter_id, channels.channel_code
),

roles_begun as (
    select
        icb_code,
        organisation_code,
        started_quarter_id as quarter_id,
        'role' as purpose,
        coalesce(recruited_via, 'not_known') as channel_code,
        count(*) as counted,
        false as is_part_hidden
    from {{ ref("fct_roles") }}
    where started_on <= {{ as_of_on() }}
    group by icb_code, organisation_code, started_quarter_id, coalesce(recruited_via, 'not_known')
),

together as (
    select * from feedback
    union all
    select * from recruitment
    union all
    select * from roles_begun
),

described as (
    select
        together.icb_code,
        together.organisation_code,
        together.quarter_id,
        quarters.period_start_on as quarter_start_on,
        together.purpose,
        together.channel_code,
        together.counted,
        together.is_part_hidden
    from together
    inner join quarters on together.quarter_id = quarters.quarter_id
)

select * from described
