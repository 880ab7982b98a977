{#
Hide and round what could point at a person: the one place where true figures become printable ones.

Used as the last step of published models and nowhere else. `rows` needs, besides whatever it carries along:

    figure_key          text, unique
    total_key           text: the figure_key of the total that this row is a part of; null for none
    disclosure_class    people | things, of the numerator;  denominator_class the same of the denominator
    numerator           what was counted; null = no evidence
    denominator         out of what; null = a count without one
    scale               the value is numerator × scale ÷ denominator
    minimum_denominator below it, as printed, no value is given
    given_value         a value that is not a quotient (a Kaplan-Meier share, a number of days); null for quotients

and gets, beside them: shown_numerator, numerator_state, shown_denominator, denominator_state, shown_value, value_state.

People, as HES and MHSDS do it: 1 to 4 are hidden, nought is printed, everything else is rounded to 5, and shares come
from the rounded counts. Things are printed as they are. Neither gets a share from a small denominator.

A hidden part can be worked out from its total and its sisters. So where exactly one part of a total is hidden
- and that total is itself part of a larger one, the smallest other part above nought is hidden with it;
- else the total is hidden: an organisation's own figure is worth more to its readers than the region's.
Where no other part is above nought, the total is hidden too: it is the part.

Whatever is hidden must then stand the attack of a reader who knows these rules (pinned_down): where fewer than open_values
values are possible, the total is hidden as well, and the total above it where that is not enough.
#}
{% macro disclose(rows) %}
with given as (

    select * from {{ rows }}

),

small as (

    select
        given.*,
        coalesce({{ is_small("numerator", "disclosure_class") }}, false)
        or coalesce({{ is_small("denominator", "denominator_class") }}, false) as is_hidden_itself
    from given

),

-- The parts of each total, smallest first among those that a reader could still see.
ranked as (

    select
        small.*,
        totals.total_key is not null as is_total_a_part,
        count(*) filter (where small.is_hidden_itself) over siblings as hidden_parts,
        count(*) filter (where not small.is_hidden_itself and small.numerator > 0) over siblings as seen_parts,
        row_number() over (
            partition by small.total_key, small.is_hidden_itself, small.numerator > 0
            order by small.numerator asc nulls last, small.figure_key asc
        ) as size_rank
    from small
    left join small as totals on small.total_key = totals.figure_key
    window siblings as (partition by small.total_key)

),

-- A part that is hidden for its sister's sake, and the totals that are.
protected_parts as (

    select figure_key
    from ranked
    where
        total_key is not null
        and is_total_a_part
        and hidden_parts = 1
        and not is_hidden_itself
        and numerator > 0
        and size_rank = 1

),

protected_totals as (

    select distinct total_key as figure_key
    from ranked
    where
        total_key is not null
        and hidden_parts = 1
        and (not is_total_a_part or seen_parts = 0)

),

-- A total that is hidden for a part's sake is itself a hidden part of the total above it.
protected_above as (

    select distinct parts.total_key as figure_key
    from ranked as parts
    inner join protected_totals on parts.figure_key = protected_totals.figure_key
    where parts.total_key is not null and parts.hidden_parts = 0

),

sheltered as (

    select
        ranked.*,
        ranked.is_hidden_itself or protected.figure_key is not null as is_sheltered
    from ranked
    left join (
        select figure_key from protected_parts
        union
        select figure_key from protected_totals
        union
        select figure_key from protected_above
    ) as protected on ranked.figure_key = protected.figure_key

),

-- Several hidden side by side shelter each other only where their total leaves room between them: beside 5 in a total
-- of 5, two hidden ones are 1 each.
cornered as materialized (

    {{ pinned_down("sheltered", "is_sheltered") }}

),

without_totals as (

    select
        sheltered.*,
        sheltered.is_sheltered
        or sheltered.figure_key in (select total_key from cornered where total_key is not null) as is_hidden_by_now
    from sheltered

),

-- A part of the region may still be cornered by the region, and a part of a part through its organisation.
still_cornered as materialized (

    {{ pinned_down("without_totals", "is_hidden_by_now") }}

),

above_cornered as (

    select still_cornered.total_key as figure_key from still_cornered
    union
    select totals.total_key as figure_key
    from still_cornered
    inner join ranked as totals on still_cornered.total_key = totals.figure_key

),

decided as (

    select
        without_totals.*,
        without_totals.is_hidden_by_now
        or without_totals.figure_key in (select figure_key from above_cornered where figure_key is not null)
            as is_hidden
    from without_totals

),

shown as (

    select
        decided.*,
        {{ shown_count("numerator", "disclosure_class") }} as shown_numerator,
        {{ shown_count("denominator", "denominator_class") }} as shown_denominator
    from decided

),

stated as (

    select
        shown.*,
        case
            when numerator is null then 'no_evidence'
            when shown_numerator is null then 'suppressed'
            else 'counted'
        end as numerator_state,
        case
            when denominator is null then 'no_evidence'
            when shown_denominator is null then 'suppressed'
            else 'counted'
        end as denominator_state,
        case
            when given_value is null and (numerator is null or denominator is null) then 'no_evidence'
            when is_hidden then 'suppressed'
            when denominator = 0 then 'not_applicable'
            -- As printed: the true one would tell where below its rounded self it lies.
            when shown_denominator < minimum_denominator then 'too_few_to_say'
            else 'counted'
        end as value_state
    from shown

)

select
    given.*,
    stated.shown_numerator::double precision as shown_numerator,
    stated.numerator_state,
    stated.shown_denominator::double precision as shown_denominator,
    stated.denominator_state,
    case
        when stated.value_state <> 'counted' then null
        when given.given_value is not null then given.given_value
        else stated.shown_numerator * given.scale / stated.shown_denominator::double precision
    end as shown_value,
    stated.value_state
from given
inner join stated on given.figure_key = stated.figure_key
{% endmacro %}


{# True for a count of people that is above nought and below the threshold. What has no class is people. #}
{% macro is_small(count, class) -%}
    (coalesce({{ class }}, 'people') <> 'things' and {{ count }} > 0 and {{ count }} < {{ var("suppress_below") }})
{%- endmacro %}


{# A count as it may be printed; needs is_hidden in scope. Rounding is exact: no count lies halfway between two fives. -#}
{% macro shown_count(count, class) -%}
    case
        when {{ class }} = 'things' then {{ count }}
        when is_hidden then null
        else {{ rounded_count(count) }}
    end
{%- endmacro %}


{# The nearest multiple of round_to. -#}
{% macro rounded_count(count) -%}
    (round({{ count }}::numeric / {{ var("round_to") }}) * {{ var("round_to") }})
{%- endmacro %}


{# The least and the most that a printed count can have been: rounding moves it by half a step, and what is printed of people
   is no small count. -#}
{% macro least_behind(printed, class) -%}
    (
        case
            when {{ class }} = 'things' or {{ printed }} = 0 then {{ printed }}
            else greatest({{ printed }} - {{ var("round_to") }} / 2, {{ var("suppress_below") }})
        end
    )
{%- endmacro %}


{% macro most_behind(printed, class) -%}
    (case when {{ class }} = 'things' or {{ printed }} = 0 then {{ printed }} else {{ printed }} + {{ var("round_to") }} / 2 end)
{%- endmacro %}


{# The least or the most that a share or rate of printed counts can have been: a share is no more than all. Needs the
   printed counts (shown_numerator, shown_denominator), their classes, scale and statistic in scope. -#}
{% macro value_behind(end) -%}
    {%- if end == "least" -%}
    ({{ least_behind("shown_numerator", "disclosure_class") }} * scale
        / nullif({{ most_behind("shown_denominator", "denominator_class") }}, 0)::double precision)
    {%- else -%}
    least(
        {{ most_behind("shown_numerator", "disclosure_class") }} * scale
        / nullif({{ least_behind("shown_denominator", "denominator_class") }}, 0)::double precision,
        case when statistic = 'share' then scale end
    )
    {%- endif -%}
{%- endmacro %}


{# How many times as high the rate was after as before; half an event is added to both where one side has none, so that
   it exists. Here because a printed effect is worked out anew from the rounded counts, by the same formula. -#}
{% macro pooled_ratio(after, after_of, before, before_of) -%}
    (
        ({{ after }} + case when {{ after }} = 0 or {{ before }} = 0 then 0.5 else 0 end)::double precision
        / nullif({{ after_of }}, 0)
        / (
            ({{ before }} + case when {{ after }} = 0 or {{ before }} = 0 then 0.5 else 0 end)
            / nullif({{ before_of }}, 0)
        )
    )
{%- endmacro %}


{# Half the width of its 95 % interval on the log scale, by the delta method: counts as Poisson, shares as binomial. -#}
{% macro log_spread(after, after_of, before, before_of, is_share) -%}
    (
        1.959964 * sqrt(
            1 / greatest({{ after }}, 0.5)::double precision + 1 / greatest({{ before }}, 0.5)::double precision
            - case
                when {{ is_share }}
                    then 1 / nullif({{ after_of }}, 0)::double precision
                    + 1 / nullif({{ before_of }}, 0)::double precision
                else 0
            end
        )
    )
{%- endmacro %}


{# Public words are printed once a second person has read exactly these words; until then null. -#}
{% macro checked_words(words) -%}
    case
        when encode(sha256(convert_to({{ words }}, 'UTF8')), 'hex')
            in (select word_checks.words_sha256 from {{ ref("stg_word_check") }} as word_checks)
            then {{ words }}
    end
{%- endmacro %}


{# checked, not_yet_checked, or none where there are no words. -#}
{% macro words_state(words) -%}
    case
        when {{ words }} is null then 'none'
        when encode(sha256(convert_to({{ words }}, 'UTF8')), 'hex')
            in (select word_checks.words_sha256 from {{ ref("stg_word_check") }} as word_checks)
            then 'checked'
        else 'not_yet_checked'
    end
{%- endmacro %}


{# A code as it is printed: its label in the code list, else the code itself. -#}
{% macro code_label(list_name, code) -%}
    coalesce(
        (
            select min(code_lists.label)
            from {{ ref("code_lists") }} as code_lists
            where code_lists.list_name = '{{ list_name }}' and code_lists.code = {{ code }}
        ),
        {{ code }}
    )
{%- endmacro %}


{# Nothing is printed that its state says is hidden, and no count of people that was not rounded. #}
{% test prints_nothing_hidden(model) %}
select
    figure_id,
    value_state
from {{ model }}
where
    (value is not null) <> (value_state = 'counted')
    or (
        disclosure_class = 'people'
        and statistic in ('count', 'numerator', 'denominator')
        and value <> {{ rounded_count("value") }}
    )
{% endtest %}


{# No word of a wording that nobody has checked. #}
{% test prints_checked_words_only(model, words) %}
select *
from {{ model }}
where {{ words }} is not null and {{ words }}_words_state <> 'checked'
{% endtest %}
