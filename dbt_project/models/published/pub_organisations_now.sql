with

organisations as (
    select * from {{ ref("dim_organisation") }}
    where is_asked
),

quarters as (
    select distinct
        quarter_id,
        quarter_start_on
    from {{ ref("dim_date") }}
),

-- Missing evidence is expected of a sender in its first two quarters.
described as (
    select
        organisations.organisation_code,
        organisations.organisation_name,
        organisations.organisation_kind,
        organisations.tier,
        organisations.icb_code,
        organisations.icb_name,
        coalesce(organisations.is_made_up, false) as is_made_up,
        organisations.joined_on,
        {{ is_joining("organisations.joined_on", "reported.quarter_start_on") }} as is_joining
    from organisations
    left join quarters as reported on reported.quarter_id = '{{ var("report_quarter") }}'
)

select * from described
