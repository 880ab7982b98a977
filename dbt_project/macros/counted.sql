{# What a family's rows come to by organisation and quarter. A row without a numerator is one whose answer is not known:
   it is in neither sum. A row that is_told fills what the measure is made of; what a sender fills in none of its rows up
   to a quarter it does not keep, and that is no evidence, not nought of all. #}
{% macro counted_by_quarter(rows) -%}
    select
        measure_code,
        organisation_code,
        quarter_id,
        {%- for part in ("numerator", "denominator") %}
        case
            when
                bool_or(bool_or(is_told)) over (
                    partition by measure_code, organisation_code order by quarter_id
                )
                then sum({{ part }}) filter (where numerator is not null)
        end as {{ part }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ rows }}
    group by measure_code, organisation_code, quarter_id
{%- endmacro %}

{# One side of the 95 % interval of a measure's value. Pounds are no count of anything and have none; nor have the minutes
   or the answers of few people, which did not come about one by one. #}
{% macro value_limit(numerator, denominator, side) -%}
    case
        when measures.method in ('amount', 'weighted share') then null
        when measures.statistic = 'share' then measures.scale * {{ share_limit(numerator, denominator, side) }}
        else {{ count_limit(numerator, side) }} * measures.scale / nullif({{ denominator }}, 0)::double precision
    end
{%- endmacro %}
