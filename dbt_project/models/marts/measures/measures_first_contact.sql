{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- How people found their first contact, and whether they were offered a choice at it, by service and month.
with

answers as (
    select * from {{ ref("fct_survey_answers") }}
    where
        survey_kind = 'prem'
        and pathway_point = 'first_contact'
        and item_code in ('overall', 'offered_a_choice')
),

activity as (
    select * from {{ ref("activity_by_month") }}
),

-- A month in which any number was kept back by the sender has no share: its whole is not known.
answered as (
    select
        case item_code when 'overall' then 'first_contact_positive' else 'choice_offered' end as measure_code,
        about_organisation_code as organisation_code,
        service_id,
        month_start_on,
        coalesce(sum(answer_count) filter (where is_favourable), 0)::bigint as numerator,
        coalesce(sum(answer_count) filter (where scale is not null), 0)::bigint as denominator
    from answers
    group by item_code, about_organisation_code, service_id, month_start_on
    having sum(hidden_row_count) = 0
),

-- More choices recorded than contacts is a fault of the return and no share.
recorded as (
    select
        'choice_recorded' as measure_code,
        contacts.organisation_code,
        contacts.service_id,
        contacts.month_start_on,
        choices.counted as numerator,
        contacts.counted as denominator
    from activity as contacts
    inner join activity as choices
        on
            contacts.organisation_code = choices.organisation_code
            and contacts.service_id is not distinct from choices.service_id
            and contacts.month_start_on = choices.month_start_on
            and choices.count_kind = 'first_contacts_choice_recorded'
    where contacts.count_kind = 'first_contacts' and choices.counted <= contacts.counted
),

by_month as (
    select * from answered
    union all
    select * from recorded
)

select * from by_month
