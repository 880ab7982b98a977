{{ config(materialized="ephemeral") }}
-- The build that is under way is the newest that reads up to S.
with

builds as (
    select
        builds.build_id,
        builds.accepted_through,
        builds.code_version
    from {{ source("audit", "builds") }} as builds
    where builds.accepted_through = {{ var("accepted_through") }}
    order by builds.build_id desc
    limit 1
)

select * from builds
