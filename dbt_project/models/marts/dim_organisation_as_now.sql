{{ config(materialized="view") }}
-- Join on the code alone: whatever was done by whom stands under the organisation, and the ICB, that answer for it now.
with recursive

latest as (
    select * from {{ ref("dim_organisation_version") }}
    where is_latest
),

-- From an organisation to its successor, and on; a ring of successors ends where it would begin again.
followed as (
    select
        organisation_id,
        organisation_code,
        succeeded_by,
        array[organisation_code] as passed
    from latest
    union all
    select
        followed.organisation_id,
        latest.organisation_code,
        latest.succeeded_by,
        followed.passed || latest.organisation_code as passed
    from followed
    inner join latest on followed.succeeded_by = latest.organisation_code
    where not latest.organisation_code = any(followed.passed)
),

ends as (
    select distinct on (organisation_id)
        organisation_id,
        organisation_code
    from followed
    order by organisation_id asc, cardinality(passed) desc
),

-- The directory places a trust that had closed before its ICB merged under the merged one.
directory as (
    select
        trusts.organisation_code,
        icbs.icb_code,
        icbs.icb_name
    from {{ ref("ods_nhs_trusts") }} as trusts
    inner join {{ ref("icbs") }} as icbs on trusts.icb_code = icbs.icb_code
),

as_now as (
    select
        ends.organisation_id,
        ends.organisation_code as organisation_code_now,
        latest.organisation_name,
        latest.organisation_kind,
        coalesce(directory.icb_code, latest.icb_code) as icb_code,
        coalesce(directory.icb_name, latest.icb_name) as icb_name,
        ends.organisation_id <> ends.organisation_code as is_succeeded,
        coalesce(latest.closed_on <= {{ as_of_on() }}, false) as is_closed
    from ends
    inner join latest on ends.organisation_code = latest.organisation_code
    left join directory
        on latest.organisation_code = directory.organisation_code and latest.source = 'national directory'
)

select * from as_now
