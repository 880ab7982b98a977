-- A real organisation's statistics beside a made-up one would read as a comparison.
with

mingled as (
    select distinct fct_published_statistics.organisation_code
    from {{ ref("fct_published_statistics") }} as fct_published_statistics
    inner join {{ ref("dim_organisation") }} as dim_organisation
        on fct_published_statistics.organisation_code = dim_organisation.organisation_code
    where dim_organisation.is_made_up
)

select * from mingled
