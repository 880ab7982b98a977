with

answers as (
    select
        *,
        -- A value is an answer, whatever the state says or does not say; without consent it is as good as not there.
        case
            when value_code is not null and coalesce(consent_on > {{ as_of_on() }}, true) then 'not_recorded'
            when value_code is not null and value_code <> 'not_known' then 'answered'
            else coalesce(nullif(answer_state, 'unmapped'), 'not_known')
        end as state,
        -- Consent taken back for one value of a characteristic is taken back for all of it.
        bool_or(coalesce(consent_withdrawn_on <= {{ as_of_on() }}, false)) over (
            partition by provider_code, person_ref, characteristic
        ) as is_withdrawn
    from {{ ref("stg_person_characteristic") }}
),

ranked as (
    select
        answers.*,
        -- Of several answers those that say something count: someone who was asked twice may have declined once.
        dense_rank() over (
            partition by provider_code, person_ref, characteristic
            order by
                array_position(array['answered', 'prefer_not_to_say', 'not_known', 'not_asked', 'not_recorded'], state)
        ) as place
    from answers
    where not is_withdrawn
),

standing as (
    select distinct
        provider_code,
        icb_code,
        person_ref,
        characteristic,
        state as answer_state,
        case when state = 'answered' then value_code end as value_code
    from ranked
    where place = 1
)

select * from standing
