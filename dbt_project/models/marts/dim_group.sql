{% set naming_columns = [
    ("session", "group_id"), ("involvement_activity", "group_id"), ("involvement_activity", "decision_group_id"),
    ("decision", "decision_group_id"), ("involvement_role", "group_id"), ("concern", "group_id"),
    ("recruitment", "group_id"),
] %}

with

involvement_groups as (
    select * from {{ ref("stg_involvement_group") }}
),

named_elsewhere as (
    {%- for record, column in naming_columns %}
    select
        provider_code,
        icb_code,
        {{ column }}{% if column != "group_id" %} as group_id{% endif %}
    from {{ ref("stg_" ~ record) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

all_groups as (
    select
        provider_code,
        icb_code,
        group_id
    from involvement_groups
    union
    select
        provider_code,
        icb_code,
        group_id
    from named_elsewhere
    where group_id is not null
),

described as (
    select
        {{ sender_key("all_groups.group_id", "all_groups.provider_code") }} as group_key,
        all_groups.provider_code as organisation_code,
        all_groups.icb_code,
        all_groups.group_id,
        coalesce(involvement_groups.group_name, 'Unknown group') as group_name,
        coalesce(involvement_groups.group_kind, 'not_known') as group_kind,
        involvement_groups.governance_level,
        {{ sender_key("involvement_groups.service_id", "involvement_groups.provider_code") }} as service_key,
        involvement_groups.purpose,
        involvement_groups.started_on,
        involvement_groups.ended_on,
        involvement_groups.lived_experience_member_count,
        involvement_groups.agreed_term,
        involvement_groups.terms_agreed_on,
        involvement_groups.tor_reviewed_on,
        involvement_groups.tor_review_due_on,
        involvement_groups.has_membership_criteria,
        involvement_groups.ground_rules_on,
        involvement_groups.respect_agreement_on,
        involvement_groups.conflict_agreement_on,
        involvement_groups.power_discussed_on,
        involvement_groups.diversity_plan_reviewed_on,
        involvement_groups.is_key_board,
        involvement_groups.voting_seat_count,
        involvement_groups.lived_experience_vote_count,
        coalesce(involvement_groups.ended_on > {{ as_of_on() }}, true)
        and coalesce(involvement_groups.started_on <= {{ as_of_on() }}, true) as is_active,
        involvement_groups.group_id is not null as is_known
    from all_groups
    left join involvement_groups
        on
            all_groups.provider_code = involvement_groups.provider_code
            and all_groups.group_id = involvement_groups.group_id
)

select * from described
