with

editions as (
    select * from {{ ref("stg_edition") }}
),

known as (
    select
        edition_id,
        quarter_id,
        icb_code,
        split_part(edition_id, '/', 3)::integer as edition_number,
        state,
        data_cut_at,
        published_on,
        row_number() over (
            partition by icb_code, quarter_id order by split_part(edition_id, '/', 3)::integer desc
        ) = 1 as is_latest
    from editions
)

select * from known
