with

repeated as (
    {%- for record in records() %}
    select
        provider_code,
        icb_code,
        load_id,
        '{{ record }}' as record,
        count(*) as row_count,
        count(*) filter (where rows_with_key > 1) as repeated_count
    from {{ ref("stg_" ~ record) }}
    group by provider_code, icb_code, load_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from repeated
