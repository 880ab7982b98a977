{#- (record, its fact): each has one ethnic category per row, and says which rows count -#}
{% set facts = [
    ("incident", "fct_incidents"),
    ("restrictive_intervention", "fct_restrictive_interventions"),
    ("complaint", "fct_complaints"),
] %}

with

ethnic_categories as (
    select
        code,
        case group_code when 'not_stated' then 'O' when 'not_known' then 'D' else 'V' end as vodim_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1'
),

ethnicities as (
    {%- for record, fact in facts %}
    select
        organisation_code,
        icb_code,
        quarter_id,
        '{{ record }}' as record,
        ethnicity_code
    from {{ ref(fact) }}
    where is_counted
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

classed as (
    select
        ethnicities.organisation_code,
        ethnicities.icb_code,
        ethnicities.quarter_id,
        ethnicities.record,
        'ethnicity' as characteristic,
        case
            when ethnicities.ethnicity_code is null then 'M'
            when ethnicities.ethnicity_code = 'not_known' then 'D'
            else coalesce(ethnic_categories.vodim_code, 'I')
        end as vodim_code,
        1 as row_count
    from ethnicities
    left join ethnic_categories on ethnicities.ethnicity_code = ethnic_categories.code
    union all
    -- People who hold a role, everybody of the organisation together; whoever gave two values is valid twice.
    select
        organisation_code,
        icb_code,
        quarter_id,
        'person_characteristic' as record,
        characteristic,
        vodim_code,
        people_count as row_count
    from {{ ref("fct_characteristics") }}
    where basis = 'role' and group_key is null
),

counted as (
    select
        organisation_code,
        icb_code,
        quarter_id,
        record,
        characteristic,
        coalesce(sum(row_count) filter (where vodim_code = 'V'), 0)::bigint as valid_count,
        coalesce(sum(row_count) filter (where vodim_code = 'O'), 0)::bigint as other_count,
        coalesce(sum(row_count) filter (where vodim_code = 'D'), 0)::bigint as default_count,
        coalesce(sum(row_count) filter (where vodim_code = 'I'), 0)::bigint as invalid_count,
        coalesce(sum(row_count) filter (where vodim_code = 'M'), 0)::bigint as missing_count,
        sum(row_count)::bigint as row_count
    from classed
    group by organisation_code, icb_code, quarter_id, record, characteristic
)

select * from counted
