{# Groups that people are counted in besides the one they named: the same for who took part and whom they are held against. #}

{#
The pairs (characteristic, value_code) that one answer counts under: its own, and the coarser ones made of it. A pair
without a characteristic is none. `ethnic_group` is the code's group in the list nhs_16_plus_1. An ethnic minority is
every group but White British, as the government's style guide for writing about ethnicity has it; the most deprived
fifth is that of Core20PLUS5.
#}
{% macro counted_under(characteristic, value_code, ethnic_group) -%}
    (
        values
        ({{ characteristic }}, {{ value_code }}),
        (
            case when {{ characteristic }} = 'ethnicity' then 'ethnicity_group' end,
            case when {{ value_code }} is not null then {{ ethnic_group }} end
        ),
        (
            case when {{ characteristic }} = 'ethnicity' then 'ethnic_minority' end,
            case when {{ value_code }} = 'A' then 'no' when {{ value_code }} is not null then 'yes' end
        ),
        (
            case when {{ characteristic }} = 'deprivation_decile' then 'most_deprived_fifth' end,
            case
                when {{ value_code }} in ('decile_1', 'decile_2') then 'yes'
                when {{ value_code }} is not null then 'no'
            end
        )
    )
{%- endmacro %}
