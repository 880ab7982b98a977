{# What became of a promise, held against the first deadline it was ever given; day columns are null until they came. #}

{# no_deadline, on_time, late, stopped (given up openly, and not made), overdue, not_known (due since the last day that the
   register speaks for, where one is given) or not_yet_due. #}
{% macro deadline_state(original_due_on, done_on, stopped_on="null::date", last_known_on=none) -%}
    case
        when {{ original_due_on }} is null then 'no_deadline'
        when {{ done_on }} <= {{ original_due_on }} then 'on_time'
        when {{ done_on }} is not null then 'late'
        when {{ stopped_on }} is not null then 'stopped'
        when {{ original_due_on }} < {{ as_of_on() }}{% if last_known_on %} and {{ original_due_on }} <= {{ last_known_on }}{% endif %} then 'overdue'
        {%- if last_known_on %}
        when {{ original_due_on }} < {{ as_of_on() }} then 'not_known'
        {%- endif %}
        else 'not_yet_due'
    end
{%- endmacro %}

{# Null where nothing can be said yet. Stopped in time, nothing was broken; stopped afterwards, the promise had been. #}
{% macro is_promise_kept(deadline_state, original_due_on, stopped_on="null::date") -%}
    case
        when {{ deadline_state }} = 'on_time' then true
        when {{ deadline_state }} in ('late', 'overdue') then false
        when {{ deadline_state }} = 'stopped' and {{ stopped_on }} > {{ original_due_on }} then false
    end
{%- endmacro %}

{# Days past it, so far where it is not done yet; null where it is not late. #}
{% macro days_past_due(deadline_state, original_due_on, done_on) -%}
    case
        when {{ deadline_state }} in ('late', 'overdue')
            then (coalesce({{ done_on }}, {{ as_of_on() }}) - {{ original_due_on }})::bigint
    end
{%- endmacro %}
