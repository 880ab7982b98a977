{# A model holds one row per combination of these columns; nulls count as a value, unlike in a unique index. #}
{% test unique_grain(model, columns) %}
select
    {{ columns | join(", ") }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
