-- A change that counts as influence carries out a decision that accepted, made by the day it was implemented.
with

unfounded as (
    select fct_changes.change_key
    from {{ ref("fct_changes") }} as fct_changes
    left join {{ ref("bridge_decision_changes") }} as bridge
        on
            fct_changes.change_key = bridge.change_key
            and bridge.is_accepting
            and fct_changes.implemented_on >= bridge.decided_on
    where fct_changes.is_implemented_influence and bridge.decision_key is null
),

unexplained as (
    select change_key
    from {{ ref("fct_changes") }}
    where is_influence = (influence_exclusion is not null)
),

inputs_without_such_a_change as (
    select fct_inputs.input_key
    from {{ ref("fct_inputs") }} as fct_inputs
    left join {{ ref("fct_changes") }} as fct_changes on fct_inputs.change_key = fct_changes.change_key
    where fct_inputs.is_influence and not coalesce(fct_changes.is_influence, false)
),

contradicted as (
    select change_key from unfounded
    union all
    select change_key from unexplained
    union all
    select input_key from inputs_without_such_a_change
)

select * from contradicted
