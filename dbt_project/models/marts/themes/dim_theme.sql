with

themes as (
    select
        code as theme_code,
        label as theme_label,
        position::bigint as theme_position
    from {{ ref("code_lists") }}
    where list_name = 'theme'
)

select * from themes
