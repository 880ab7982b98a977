-- Or found by rules that a person has read: what only a model found, and what nobody vouches for, is printed nowhere.
with

printed as (
    select
        inputs.organisation_code,
        inputs.input_id,
        fct_inputs.input_key,
        codes.theme_code
    from {{ ref("pub_inputs_now") }} as inputs
    inner join {{ ref("fct_inputs") }} as fct_inputs
        on inputs.organisation_code = fct_inputs.organisation_code and inputs.input_id = fct_inputs.input_id
    cross join lateral unnest(string_to_array(inputs.theme_codes, ';')) as codes (theme_code)
),

vouched_for as (
    select
        input_key,
        theme_code
    from {{ ref("bridge_input_themes") }}
    where theme_source = 'human' or coded_by = 'rule_set'
)

select printed.*
from printed
left join vouched_for on printed.input_key = vouched_for.input_key and printed.theme_code = vouched_for.theme_code
where vouched_for.input_key is null
