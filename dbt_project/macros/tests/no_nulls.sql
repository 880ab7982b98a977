{# None of these columns of a seed holds a null. One test for all of them; a table of our own declares it instead. #}
{% test no_nulls(model, columns) %}
select {{ columns | join(", ") }}
from {{ model }}
where num_nulls({{ columns | join(", ") }}) > 0
{% endtest %}
