{#
The national vocabulary of completeness for one answer: valid, other (declined), default (not asked, not known), invalid
(a code that nobody has agreed), missing. Source: Mental Health Services Data Set, data quality measures.
#}
{% macro vodim(answer_state, value_code) -%}
    case
        when {{ value_code }} = 'unmapped' then 'I'
        when {{ value_code }} = 'not_known' then 'D'
        when {{ answer_state }} = 'answered' then 'V'
        when {{ answer_state }} = 'prefer_not_to_say' then 'O'
        when {{ answer_state }} in ('not_asked', 'not_known') then 'D'
        else 'M'
    end
{%- endmacro %}
