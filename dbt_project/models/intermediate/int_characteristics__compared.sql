with

standing as (
    select
        *,
        {{ vodim("answer_state", "value_code") }} as vodim_code
    from {{ ref("int_characteristics__standing") }}
),

ethnic_groups as (
    select
        code,
        group_code
    from {{ ref("code_lists") }}
    where list_name = 'nhs_16_plus_1'
),

stated as (
    select
        provider_code,
        person_ref,
        characteristic,
        case vodim_code when 'V' then 'answered' when 'O' then 'declined' else 'not_stated' end as answer_state,
        case when vodim_code = 'V' then value_code end as value_code
    from standing
),

answers as (
    select distinct
        stated.provider_code,
        stated.person_ref,
        counted_under.characteristic,
        stated.answer_state,
        counted_under.value_code
    from stated
    left join ethnic_groups on stated.characteristic = 'ethnicity' and stated.value_code = ethnic_groups.code
    cross join
        lateral {{ counted_under("stated.characteristic", "stated.value_code", "ethnic_groups.group_code") }}
            as counted_under (characteristic, value_code)
    where counted_under.characteristic is not null
),

by_person as (
    select
        provider_code,
        person_ref,
        bool_or(value_code = 'yes') filter (where characteristic = 'ethnic_minority') as is_ethnic_minority,
        bool_or(value_code = 'yes') filter (where characteristic = 'learning_disability')
        or bool_or(value_code = 'yes') filter (where characteristic = 'autism') as has_learning_disability_or_autism,
        bool_or(value_code = 'yes') filter (where characteristic = 'detained_under_mha')
        or bool_or(value_code = 'yes') filter (where characteristic = 'carer_of_detained_person') as knows_detention,
        array_agg(distinct characteristic) as asked,
        array_agg(distinct characteristic) filter (where answer_state = 'declined') as declined
    from answers
    group by provider_code, person_ref
),

with_either as (
    select
        *,
        has_learning_disability_or_autism or knows_detention as has_either
    from by_person
),

-- Either: one yes is enough, and a no needs every answer. Both at once: only whoever is known in both counts, as noes
-- could be told from one side and yeses could not.
together as (
    select
        by_person.provider_code,
        by_person.person_ref,
        made.characteristic,
        made.is_true,
        coalesce(by_person.declined && made.parts, false) as is_declined
    from with_either as by_person
    cross join
        lateral (
            values
            (
                'learning_disability_or_autism',
                array['learning_disability', 'autism'],
                by_person.has_learning_disability_or_autism
            ),
            (
                'detained_or_caring',
                array['detained_under_mha', 'carer_of_detained_person'],
                by_person.knows_detention
            ),
            (
                'intersection',
                array[
                    'ethnic_minority', 'learning_disability', 'autism', 'detained_under_mha', 'carer_of_detained_person'
                ],
                case
                    when num_nulls(by_person.is_ethnic_minority, by_person.has_either) = 0
                        then by_person.is_ethnic_minority and by_person.has_either
                end
            )
        ) as made (characteristic, parts, is_true)
    where by_person.asked && made.parts
),

compared as (
    select * from answers
    union all
    select
        provider_code,
        person_ref,
        characteristic,
        case when is_true is not null then 'answered' when is_declined then 'declined' else 'not_stated' end
            as answer_state,
        case when is_true then 'yes' when not is_true then 'no' end as value_code
    from together
)

select * from compared
