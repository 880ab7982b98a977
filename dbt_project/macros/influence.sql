{# What influence is: a decision that accepted, a change made on or after it, seen by someone other than its owner. #}

{# True when someone other than the change's owner verified it, on or after the day it was implemented. #}
{% macro is_verified_by_other(implemented_on, verified_on, verified_by_kind) -%}
    coalesce(
        {{ verified_on }} >= {{ implemented_on }}
        and {{ verified_by_kind }} in ('lived_experience_member', 'commissioner', 'another_team', 'auditor'),
        false
    )
{%- endmacro %}

{# How many links of the chain hold before the first broken one, to choose the link that got furthest. #}
{% macro links_held(influence_exclusion) -%}
    coalesce(
        array_position(
            array[
                'decision_not_found', 'not_accepted', 'not_implemented', 'before_decision', 'not_verified_by_other'
            ],
            {{ influence_exclusion }}
        ),
        6
    )
{%- endmacro %}


{# True when a decision gives a reason in code and in words. #}
{% macro has_reason(reason_code, reason) -%}
    {{ reason_code }} is not null and {{ reason_code }} not in ('not_known', 'unmapped')
    and coalesce(btrim({{ reason }}), '') <> ''
{%- endmacro %}
