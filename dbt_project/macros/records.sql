{# Every record that senders deliver, as the contracts name them; a test compares the two. #}
{% macro records() -%}
    {{ return([
        "action", "activity_count", "challenge", "change", "claim", "complaint", "complaint_count", "concern",
        "decision", "feedback_count", "feedback_response", "incident", "input", "involvement_activity",
        "involvement_group", "involvement_role", "material", "participation", "person_characteristic",
        "provider_return", "published_statistic", "quote", "recruitment", "restrictive_intervention", "service",
        "session", "survey_answer", "told_back",
    ]) }}
{%- endmacro %}
