{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Complaints about communication per contact, by service and month.
-- Only services whose contacts are known count, above the line and below it.
with

complaints as (
    select * from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal'
),

contacts as (
    select * from {{ ref("activity_by_month") }}
    where count_kind = 'contacts' and counted > 0
),

received as (
    select * from {{ ref("int_records__known") }}
    where record = 'complaint'
),

-- A complaint counts once, however many other subjects it names.
about_communication as (
    select
        organisation_code,
        service_id,
        month_start_on,
        count(*) as counted
    from complaints
    where 'communications' = any(subject_codes)
    group by organisation_code, service_id, month_start_on
),

by_month as (
    select
        'communication_complaints' as measure_code,
        contacts.organisation_code,
        contacts.service_id,
        contacts.month_start_on,
        coalesce(about_communication.counted, 0) as numerator,
        contacts.counted as denominator
    from contacts
    left join about_communication
        on
            contacts.organisation_code = about_communication.organisation_code
            and contacts.service_id is not distinct from about_communication.service_id
            and contacts.month_start_on = about_communication.month_start_on
    where
        exists (
            select 1
            from received
            where
                received.organisation_code = contacts.organisation_code
                and received.known_from_on <= contacts.month_start_on
                and received.known_to_on >= (contacts.month_start_on + interval '1 month - 1 day')::date
        )
)

select * from by_month
