with

editions as (
    select
        editions.edition_id,
        editions.quarter_id,
        editions.icb_code,
        editions.state,
        editions.published_on,
        editions.data_cut_at
    from {{ source("audit", "editions") }} as editions
    where editions.data_cut_at <= timestamptz '{{ var("as_of") }}'
)

select * from editions
