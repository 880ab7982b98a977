{#
Work out what a reader who knows every rule can still learn of a hidden count from the totals and sisters printed.

Totals are sums of their parts, at most two storeys high: services make an organisation, organisations a region. In such
a tree the bounds are exact when they are drawn first upwards, from parts to totals, and then downwards.

What is a share, with a scale of 1, counts part of its denominator: neither side can be where the other leaves no room.

`rows` needs figure_key, total_key, numerator, denominator, scale, disclosure_class and denominator_class, and a column,
named by `is_hidden`, that says what is hidden so far. Gives one row per hidden figure of which too few values are possible:
figure_key, total_key.
#}
{% macro pinned_down(rows, is_hidden) %}
with known_alone as (

    {{ known_of_counts(rows, is_hidden) }}

),

known as (

    {{ bounded_by_each_other("known_alone") }}

),

parts as (

    select
        total_key,
        side,
        sum(counted) as counted,
        sum(low) as low,
        sum(high) as high
    from known
    where total_key is not null
    group by
        total_key,
        side

),

-- A total is no less than its parts together; where they are all of it, no more.
from_below as (

    select
        known.figure_key,
        known.total_key,
        known.side,
        known.counted,
        known.is_open_to_attack,
        known.is_share,
        case when known.counted >= parts.counted then greatest(known.low, parts.low) else known.low end as low,
        case when known.counted = parts.counted then least(known.high, parts.high) else known.high end as high
    from known
    left join parts on known.figure_key = parts.total_key and known.side = parts.side

),

from_above as (

    {{ bounded_from_above("from_below") }}

),

from_either_side as (

    {{ bounded_by_each_other("from_above") }}

),

-- Parts of parts are bounded by their total once that has been bounded by its own.
from_two_above as (

    {{ bounded_from_above("from_either_side") }}

),

bounded as (

    {{ bounded_by_each_other("from_two_above") }}

)

select distinct
    figure_key,
    total_key
from bounded
where is_open_to_attack and high - low + 1 < least({{ var("open_values") }}, {{ var("suppress_below") }} - 1)
{% endmacro %}


{# What the rules alone say of each count: a small hidden one is one of the small, a printed one was rounded. -#}
{% macro known_of_counts(rows, is_hidden) %}
select
    given_rows.figure_key,
    given_rows.total_key,
    sides.side,
    sides.counted,
    given_rows.{{ is_hidden }} and sides.class <> 'things' and sides.counted is not null as is_open_to_attack,
    coalesce(given_rows.scale = 1 and given_rows.numerator <= given_rows.denominator, false) as is_share,
    case
        when sides.counted is null then 0
        when sides.class = 'things' or sides.counted = 0 then sides.counted
        when {{ is_small("sides.counted", "sides.class") }} then 1
        when given_rows.{{ is_hidden }} then {{ var("suppress_below") }}
        else {{ least_behind(rounded_count("sides.counted"), "sides.class") }}
    end as low,
    case
        when sides.counted is null then 0
        when sides.class = 'things' then sides.counted
        when {{ is_small("sides.counted", "sides.class") }} then {{ var("suppress_below") }} - 1
        when sides.counted = 0 then case when given_rows.{{ is_hidden }} then {{ var("suppress_below") }} - 1 else 0 end
        -- Hidden for another's sake, and so without bound: more than anybody counts.
        when given_rows.{{ is_hidden }} then 1000000000000
        else {{ most_behind(rounded_count("sides.counted"), "sides.class") }}
    end as high
from {{ rows }} as given_rows
cross join
    lateral (
        values
        ('numerator', given_rows.numerator, coalesce(given_rows.disclosure_class, 'people')),
        ('denominator', given_rows.denominator, coalesce(given_rows.denominator_class, 'people'))
    ) as sides (side, counted, class)
{% endmacro %}


{# A part is no more than its total less its sisters; where the parts are all of it, no less. -#}
{% macro bounded_from_above(rows) %}
select
    parts.figure_key,
    parts.total_key,
    parts.side,
    parts.counted,
    parts.is_open_to_attack,
    parts.is_share,
    case
        when totals.counted = parts.all_counted then greatest(parts.low, totals.low - (parts.all_high - parts.high))
        else parts.low
    end as low,
    case
        when totals.counted >= parts.all_counted then least(parts.high, totals.high - (parts.all_low - parts.low))
        else parts.high
    end as high
from (
    select
        {{ rows }}.*,
        sum(counted) over siblings as all_counted,
        sum(low) over siblings as all_low,
        sum(high) over siblings as all_high
    from {{ rows }}
    window siblings as (partition by total_key, side)
) as parts
left join {{ rows }} as totals on parts.total_key = totals.figure_key and parts.side = totals.side
{% endmacro %}


{# A share's numerator is no more than its denominator can be, and its denominator no less than its numerator. -#}
{% macro bounded_by_each_other(rows) %}
select
    figure_key,
    total_key,
    side,
    counted,
    is_open_to_attack,
    is_share,
    case
        when is_share and side = 'denominator'
            then greatest(low, max(low) filter (where side = 'numerator') over (partition by figure_key))
        else low
    end as low,
    case
        when is_share and side = 'numerator'
            then least(high, max(high) filter (where side = 'denominator') over (partition by figure_key))
        else high
    end as high
from {{ rows }}
{% endmacro %}
