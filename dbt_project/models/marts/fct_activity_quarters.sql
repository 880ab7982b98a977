-- A register is sent anew each quarter and forgets what it said before. Each quarter is therefore read from the
-- register of that quarter; what came before a sender's first register is read from the first. Of a quarter that no
-- register speaks for nothing is known.
with

activities as (
    select * from {{ ref("fct_activities") }}
),

quarters as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_activity'
),

versions as (
    select
        versions.*,
        {{ sender_key("versions.activity_id", "versions.provider_code") }} as activity_key,
        coalesce(deliveries.period_end_on, deliveries.submitted_on) as spoken_for_on,
        deliveries.submitted_at,
        deliveries.file_sha256
    from {{ ref("stg_involvement_activity_version") }} as versions
    inner join {{ ref("stg_delivery") }} as deliveries on versions.load_id = deliveries.load_id
),

first_listed as (
    select
        activity_key,
        min(spoken_for_on) as first_listed_on
    from versions
    group by activity_key
),

begun as (
    select
        activities.*,
        -- Whoever leaves the first day blank had begun when people met about it, or when it was first on the list.
        coalesce(activities.started_on, least(activities.first_session_on, first_listed.first_listed_on)) as began_on
    from activities
    left join first_listed on activities.activity_key = first_listed.activity_key
),

under_way as (
    select
        begun.*,
        quarters.quarter_id as under_way_quarter_id,
        quarters.period_start_on,
        quarters.period_end_on
    from begun
    inner join quarters
        on
            begun.organisation_code = quarters.organisation_code
            and begun.began_on <= quarters.period_end_on
            and coalesce(begun.closed_on, 'infinity') >= quarters.period_start_on
),

stood as (
    select distinct on (under_way.activity_key, under_way.under_way_quarter_id)
        under_way.under_way_quarter_id,
        versions.*
    from under_way
    inner join versions on under_way.activity_key = versions.activity_key
    order by
        under_way.activity_key asc,
        under_way.under_way_quarter_id asc,
        (versions.spoken_for_on <= under_way.period_end_on) desc,
        abs(versions.spoken_for_on - under_way.period_end_on) asc,
        versions.submitted_at desc,
        versions.file_sha256 asc,
        versions.row_number asc,
        versions.part asc
),

described as (
    select
        under_way.activity_key,
        under_way.organisation_code,
        under_way.icb_code,
        under_way.under_way_quarter_id as quarter_id,
        under_way.period_start_on,
        under_way.period_end_on,
        under_way.began_on,
        under_way.closed_on,
        under_way.began_on >= under_way.period_start_on as is_begun_in_quarter,
        coalesce(under_way.closed_on <= under_way.period_end_on, false) as is_closed_in_quarter,
        under_way.group_key,
        under_way.service_key,
        {{ sender_key("stood.decision_group_id", "stood.provider_code") }} as decision_group_key,
        stood.activity_kind,
        stood.tier,
        {{ said_code("stood.level_claimed") }} as level_claimed,
        {{ said_code("stood.level_members_say") }} as level_members_say,
        {{ said_code("stood.decision_rights") }} as decision_rights,
        {{ said_codes_count("stood.questions_answered") }} as questions_answered_count,
        {{ said_codes_count("stood.measure_codes") }} as measure_count,
        {%- for step in [
            "eia", "asset_map", "measures_agreed_with_members", "evaluated_with_members", "reflection_worked",
            "reflection_not_worked",
        ] %}
    -- A day that a later register adds or moves back was known to be past all the same.
    coalesce(least(under_way.{{ step }}_on, stood.{{ step }}_on) <= under_way.period_end_on, false)
        as has_{{ step }}{{ "," if not loop.last }}
    {%- endfor %}
    from under_way
    inner join stood
        on
            under_way.activity_key = stood.activity_key
            and under_way.under_way_quarter_id = stood.under_way_quarter_id
)

select * from described
