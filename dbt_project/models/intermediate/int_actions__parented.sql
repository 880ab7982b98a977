{#- (what an action may belong to, its record, its key) -#}
{% set parents = [
    ("change", "change", "change_id"),
    ("complaint", "complaint", "complaint_id"),
    ("incident", "incident", "incident_id"),
    ("concern", "concern", "concern_id"),
    ("session", "session", "session_id"),
] %}

with

actions as (
    select
        provider_code,
        icb_code,
        {{ sender_key("action_id") }} as action_key,
        parent_kind,
        parent_id
    from {{ ref("stg_action") }}
    where parent_id is not null
),

known as (
    {%- for kind, record, key in parents %}
    select
        provider_code,
        '{{ kind }}' as parent_kind,
        {{ key }} as parent_id
    from {{ ref("stg_" ~ record) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

looked_up as (
    select
        actions.*,
        known.parent_id is not null as is_found
    from actions
    left join known
        on
            actions.provider_code = known.provider_code
            and actions.parent_kind = known.parent_kind
            and actions.parent_id = known.parent_id
)

select * from looked_up
