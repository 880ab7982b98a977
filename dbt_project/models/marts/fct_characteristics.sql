with

limits as (
    select max(value) filter (where threshold_id = 'characteristics_group_at_least')::integer as group_at_least
    from {{ ref("thresholds") }}
),

people as (
    select * from {{ ref("int_people__taking_part") }}
    where basis in ('session', 'role')
),

-- Each group alone, and everybody of the organisation together, where whoever sits in two groups is one person.
members as (
    select
        provider_code,
        icb_code,
        quarter_id,
        basis,
        group_key,
        person_ref
    from people
    where group_key is not null
    union
    select
        provider_code,
        icb_code,
        quarter_id,
        basis,
        null as group_key,
        person_ref
    from people
),

-- In a small group a count of one is a person: its characteristics are not counted at all.
large_enough as (
    select
        members.provider_code,
        members.quarter_id,
        members.basis,
        members.group_key,
        count(*) as group_people_count
    from members
    cross join limits
    group by members.provider_code, members.quarter_id, members.basis, members.group_key, limits.group_at_least
    having count(*) >= limits.group_at_least
),

standing as (
    select * from {{ ref("int_characteristics__standing") }}
),

-- What an organisation keeps about anybody, it is asked about everybody.
kept as (
    select distinct
        provider_code,
        characteristic
    from standing
),

answered as (
    select
        members.provider_code,
        members.icb_code,
        members.quarter_id,
        members.basis,
        members.group_key,
        members.person_ref,
        large_enough.group_people_count,
        kept.characteristic,
        coalesce(standing.answer_state, 'not_recorded') as answer_state,
        standing.value_code
    from members
    inner join large_enough
        on
            members.provider_code = large_enough.provider_code
            and members.quarter_id = large_enough.quarter_id
            and members.basis = large_enough.basis
            and members.group_key is not distinct from large_enough.group_key
    inner join kept on members.provider_code = kept.provider_code
    left join standing
        on
            members.provider_code = standing.provider_code
            and members.person_ref = standing.person_ref
            and kept.characteristic = standing.characteristic
),

counted as (
    select
        provider_code as organisation_code,
        icb_code,
        quarter_id,
        basis,
        group_key,
        characteristic,
        answer_state,
        value_code,
        {{ vodim("answer_state", "value_code") }} as vodim_code,
        count(distinct person_ref) as people_count,
        max(group_people_count) as group_people_count
    from answered
    group by provider_code, icb_code, quarter_id, basis, group_key, characteristic, answer_state, value_code
)

select * from counted
