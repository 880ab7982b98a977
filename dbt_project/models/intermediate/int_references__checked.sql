{#- (record, column, whether it holds several ids, record referred to, its key): as the contracts' relationships say;
    a test compares the two. -#}
{% set references = [
    ("activity_count", "service_id", false, "service", "service_id"),
    ("change", "decision_ids", true, "decision", "decision_id"),
    ("change", "reviewed_session_id", false, "session", "session_id"),
    ("change", "service_id", false, "service", "service_id"),
    ("claim", "session_id", false, "session", "session_id"),
    ("complaint", "from_pals_id", false, "complaint", "complaint_id"),
    ("complaint", "service_id", false, "service", "service_id"),
    ("concern", "activity_id", false, "involvement_activity", "activity_id"),
    ("concern", "group_id", false, "involvement_group", "group_id"),
    ("decision", "activity_id", false, "involvement_activity", "activity_id"),
    ("decision", "decision_group_id", false, "involvement_group", "group_id"),
    ("decision", "input_ids", true, "input", "input_id"),
    ("feedback_count", "service_id", false, "service", "service_id"),
    ("feedback_response", "service_id", false, "service", "service_id"),
    ("incident", "service_id", false, "service", "service_id"),
    ("input", "activity_id", false, "involvement_activity", "activity_id"),
    ("input", "service_id", false, "service", "service_id"),
    ("input", "session_id", false, "session", "session_id"),
    ("involvement_activity", "decision_group_id", false, "involvement_group", "group_id"),
    ("involvement_activity", "group_id", false, "involvement_group", "group_id"),
    ("involvement_activity", "service_id", false, "service", "service_id"),
    ("involvement_group", "service_id", false, "service", "service_id"),
    ("involvement_role", "group_id", false, "involvement_group", "group_id"),
    ("involvement_role", "service_id", false, "service", "service_id"),
    ("material", "activity_id", false, "involvement_activity", "activity_id"),
    ("material", "session_id", false, "session", "session_id"),
    ("participation", "session_id", false, "session", "session_id"),
    ("recruitment", "group_id", false, "involvement_group", "group_id"),
    ("recruitment", "service_id", false, "service", "service_id"),
    ("restrictive_intervention", "incident_id", false, "incident", "incident_id"),
    ("restrictive_intervention", "service_id", false, "service", "service_id"),
    ("service", "succeeded_by_service_id", false, "service", "service_id"),
    ("session", "activity_id", false, "involvement_activity", "activity_id"),
    ("session", "group_id", false, "involvement_group", "group_id"),
    ("survey_answer", "service_id", false, "service", "service_id"),
    ("survey_answer", "session_id", false, "session", "session_id"),
    ("told_back", "activity_id", false, "involvement_activity", "activity_id"),
    ("told_back", "change_id", false, "change", "change_id"),
    ("told_back", "input_ids", true, "input", "input_id"),
] %}

with

checked as (
    {%- for record, column, is_list, to_record, to_key in references %}
    {%- set ids = "referring." ~ column if is_list else "array[referring." ~ column ~ "]" %}
    select
        referring.provider_code,
        referring.icb_code,
        '{{ record }}' as record,
        '{{ column }}' as column_name,
        '{{ to_record }}' as refers_to,
        count(*) as link_count,
        count(*) filter (where referred.{{ to_key }} is null) as missing_link_count
    from {{ ref("int_survey_answers__placed" if record == "survey_answer" else "stg_" ~ record) }} as referring
    cross join lateral unnest({{ ids }}) as listed (id)
    left join {{ ref("stg_" ~ to_record) }} as referred
        on
            {#- A survey may be about another's service. #}
            referring.{{ "about_" if record == "survey_answer" }}provider_code = referred.provider_code
            and listed.id = referred.{{ to_key }}
    where listed.id is not null
    group by referring.provider_code, referring.icb_code
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from checked
