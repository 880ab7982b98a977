with

versions as (
    select
        {{ sender_key("activity_id") }} as activity_key,
        submitted_on
    from {{ ref("stg_involvement_activity_version") }}
    where scope is not null
),

first_scoped as (
    select
        activity_key,
        min(submitted_on) as first_scope_submitted_on
    from versions
    group by activity_key
)

select * from first_scoped
