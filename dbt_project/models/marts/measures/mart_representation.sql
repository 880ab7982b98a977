{#- Whom those who take part are held against. -#}
{% set comparators = ["residents", "caseload"] %}

with

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

people as (
    select distinct
        people.provider_code,
        people.icb_code,
        people.quarter_id,
        people.basis,
        people.person_ref
    from {{ ref("int_people__taking_part") }} as people
    inner join quarters on people.quarter_id = quarters.quarter_id
),

answers as (
    select * from {{ ref("int_characteristics__compared") }}
),

limits as (
    select
        max(value) filter (where threshold_id = 'characteristics_group_at_least')::integer as group_at_least,
        max(value) filter (where threshold_id = 'characteristics_unknown_at_most') as unknown_at_most,
        max(value) filter (where threshold_id = 'in_line_at_least') as in_line_at_least
    from {{ ref("thresholds") }}
),

-- In a small group a count of one is a person: its characteristics are not counted, in the region's either.
large_enough as (
    select
        people.provider_code,
        people.quarter_id,
        people.basis
    from people
    cross join limits
    group by people.provider_code, people.quarter_id, people.basis, limits.group_at_least
    having count(*) >= limits.group_at_least
),

-- What an organisation keeps about anybody, it is asked about everybody.
kept as (
    select distinct
        provider_code,
        characteristic
    from answers
),

asked as (
    select
        people.provider_code,
        people.icb_code,
        people.quarter_id,
        people.basis,
        people.person_ref,
        kept.characteristic,
        answers.answer_state,
        answers.value_code
    from people
    inner join large_enough
        on
            people.provider_code = large_enough.provider_code
            and people.quarter_id = large_enough.quarter_id
            and people.basis = large_enough.basis
    inner join kept on people.provider_code = kept.provider_code
    left join answers
        on
            people.provider_code = answers.provider_code
            and people.person_ref = answers.person_ref
            and kept.characteristic = answers.characteristic
),

states as (
    select
        provider_code,
        icb_code,
        quarter_id,
        basis,
        characteristic,
        count(distinct person_ref) as people_count,
        count(distinct person_ref) filter (where answer_state = 'answered') as known_count,
        count(distinct person_ref) filter (where answer_state = 'declined') as declined_count
    from asked
    group by provider_code, icb_code, quarter_id, basis, characteristic
),

-- Kept as a table of its own: planned as one row, it would be grouped anew for every possible answer.
given as materialized (
    select
        provider_code,
        quarter_id,
        basis,
        characteristic,
        value_code,
        count(distinct person_ref) as value_count
    from asked
    where answer_state = 'answered'
    group by provider_code, quarter_id, basis, characteristic, value_code
),

-- A group of which nobody came has a row: it is what one looks for.
possible as (
    select
        asked_about.code as characteristic,
        answer.code as value_code
    from {{ ref("code_lists") }} as asked_about
    inner join {{ ref("code_lists") }} as answer
        on answer.list_name = 'characteristic_value' and asked_about.group_code = answer.group_code
    where asked_about.list_name = 'characteristic'
    union
    select distinct
        'ethnicity_group' as characteristic,
        group_code as value_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1' and group_code not in ('not_stated', 'not_known')
    union
    select
        made.characteristic,
        yes_or_no.value_code
    from (
        values
        ('ethnic_minority'), ('most_deprived_fifth'), ('learning_disability_or_autism'), ('detained_or_caring'),
        ('intersection')
    ) as made (characteristic)
    cross join (values ('yes'), ('no')) as yes_or_no (value_code)
),

counted as (
    select
        states.icb_code,
        scopes.organisation_code,
        states.quarter_id,
        states.basis,
        states.characteristic,
        possible.value_code,
        sum(states.people_count)::bigint as people_count,
        sum(states.known_count)::bigint as known_count,
        sum(states.declined_count)::bigint as declined_count,
        sum(coalesce(given.value_count, 0))::bigint as value_count
    from states
    inner join possible on states.characteristic = possible.characteristic
    left join given
        on
            states.provider_code = given.provider_code
            and states.quarter_id = given.quarter_id
            and states.basis = given.basis
            and states.characteristic = given.characteristic
            and possible.value_code = given.value_code
    cross join lateral (values (states.provider_code), ('ALL')) as scopes (organisation_code)
    group by
        states.icb_code, scopes.organisation_code, states.quarter_id, states.basis, states.characteristic,
        possible.value_code
),

comparators as (
    select
        *,
        counted::double precision / nullif(total, 0) as share
    from {{ ref("representation_comparators") }}
),

shared as (
    select
        counted.*,
        counted.people_count - counted.known_count - counted.declined_count as not_stated_count,
        1 - counted.known_count::double precision / nullif(counted.people_count, 0) as unknown_share,
        counted.value_count::double precision / nullif(counted.known_count, 0) as share,
        {%- for one in comparators %}
        {{ one }}.counted::bigint as {{ one }}_count,
        {{ one }}.total::bigint as {{ one }}_total,
        {{ one }}.share as {{ one }}_share,
        {%- endfor %}
        {{ share_limit("counted.value_count", "counted.known_count", "lower") }} as share_lower,
        {{ share_limit("counted.value_count", "counted.known_count", "upper") }} as share_upper
    from counted
    left join comparators as residents
        on
            counted.icb_code = residents.icb_code
            and counted.characteristic = residents.characteristic
            and counted.value_code = residents.value_code
            and residents.comparator = 'residents'
    left join comparators as caseload
        on
            counted.icb_code = caseload.icb_code
            and counted.organisation_code = caseload.organisation_code
            and counted.quarter_id = caseload.quarter_id
            and counted.characteristic = caseload.characteristic
            and counted.value_code = caseload.value_code
            and caseload.comparator = 'caseload'
),

judged as (
    select
        shared.*,
        shared.unknown_share <= limits.unknown_at_most as is_known_well_enough,
        limits.in_line_at_least
    from shared
    cross join limits
),

-- The comparator is a full count: what is uncertain about the ratio is the share of the few who took part.
compared as (
    select
        *,
        {%- for one in comparators %}
        case when is_known_well_enough then share / nullif({{ one }}_share, 0) end as ratio_to_{{ one }},
        case when is_known_well_enough then share_lower / nullif({{ one }}_share, 0) end as ratio_to_{{ one }}_lower,
        case when is_known_well_enough then share_upper / nullif({{ one }}_share, 0) end as ratio_to_{{ one }}_upper,
        {%- endfor %}
        1 / in_line_at_least as in_line_at_most
    from judged
),

labelled as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        basis,
        characteristic,
        value_code,
        people_count,
        known_count,
        declined_count,
        not_stated_count,
        unknown_share,
        is_known_well_enough,
        value_count,
        {%- for one in comparators %}
        {{ one }}_count,
        {{ one }}_total,
        {{ one }}_share,
        ratio_to_{{ one }},
        ratio_to_{{ one }}_lower,
        ratio_to_{{ one }}_upper,
        case
            when coalesce({{ one }}_share, 0) = 0 then 'no_comparator'
            when not is_known_well_enough then 'not_known_well_enough'
            when ratio_to_{{ one }}_lower >= in_line_at_least and ratio_to_{{ one }}_upper <= in_line_at_most
                then 'in_line'
            when ratio_to_{{ one }}_upper < 1 then 'under'
            when ratio_to_{{ one }}_lower > 1 then 'over'
            else 'cannot_tell'
        end as against_{{ one }},
        {%- endfor %}
        share,
        share_lower,
        share_upper
    from compared
)

select * from labelled
