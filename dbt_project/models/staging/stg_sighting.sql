with

sightings as (
    select
        sightings.provider_code,
        sightings.feed,
        sightings.path,
        sightings.load_id,
        sightings.submitted_on,
        sightings.period_start_on,
        sightings.period_end_on
    from {{ source("audit", "sightings") }} as sightings
    -- What was put there after the build's day had not been sent by then.
    where sightings.submitted_on <= {{ as_of_on() }}
)

select * from sightings
