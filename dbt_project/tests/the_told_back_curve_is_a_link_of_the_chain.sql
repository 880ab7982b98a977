-- The share told on the told-back curve and on the chain's own clock are one figure, computed in one place.
with

measures as (
    select * from {{ ref("fct_measures") }}
    where measure_code = 'told_back_within_90_days' and value_state = 'counted'
),

contradicted as (
    select
        measures.organisation_code,
        measures.quarter_id
    from measures
    left join {{ ref("mart_chain_times") }} as times
        on
            measures.icb_code = times.icb_code
            and measures.organisation_code = times.organisation_code
            and measures.quarter_id = times.quarter_id
            and times.link = 'input_to_told'
    where times.share_in_90_days is distinct from measures.value
)

select * from contradicted
