with

own_lists as (
    select
        list_name,
        null::text as list_version,
        code,
        label,
        position::bigint as position,
        group_code,
        valid_from,
        valid_to
    from {{ ref("code_lists") }}
),

-- A file says which version of the taxonomy its codes are of; codes of one version mean nothing in another.
lfpse_lists as (
    select
        'lfpse/' || code_system as list_name,
        taxonomy_version::text as list_version,
        code,
        display as label,
        list_position::bigint as position,
        null::text as group_code,
        null::date as valid_from,
        null::date as valid_to
    from {{ ref("lfpse_codes") }}
),

together as (
    select * from own_lists
    union all
    select * from lfpse_lists
)

select * from together
