{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Complaints about access per referral, and contacts chasing an answer per open referral, by service and month.
-- Only services whose referrals are known count, above the line and below it.
with

complaints as (
    select * from {{ ref("fct_complaints") }}
),

activity as (
    select * from {{ ref("activity_by_month") }}
),

received as (
    select * from {{ ref("int_records__known") }}
    where record = 'complaint'
),

-- Some senders count chase contacts, others list them as cases. Whoever ever counts them is read by its counts alone:
-- a series that changes its source half-way would show a change that never was.
counting_senders as (
    select distinct organisation_code
    from activity
    where count_kind = 'chase_contacts'
),

cases as (
    select
        'access_complaints' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        count(*) as counted
    from complaints
    where is_counted and case_kind = 'formal' and is_access
    group by organisation_code, service_id, month_start_on
    union all
    select
        'chase_contacts' as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        count(*) as counted
    from complaints
    where is_counted and case_kind = 'chase'
    group by organisation_code, service_id, month_start_on
),

denominators as (
    select
        case count_kind when 'referrals_received' then 'access_complaints' else 'chase_contacts' end as measure_code,
        organisation_code,
        service_id,
        month_start_on,
        counted
    from activity
    where count_kind in ('referrals_received', 'open_referrals') and counted > 0
),

from_cases as (
    select
        denominators.measure_code,
        denominators.organisation_code,
        denominators.service_id,
        denominators.month_start_on,
        coalesce(cases.counted, 0) as numerator,
        denominators.counted as denominator
    from denominators
    left join cases
        on
            denominators.measure_code = cases.measure_code
            and denominators.organisation_code = cases.organisation_code
            and denominators.service_id = cases.service_id
            and denominators.month_start_on = cases.month_start_on
    where
        exists (
            select 1
            from received
            where
                received.organisation_code = denominators.organisation_code
                and received.known_from_on <= denominators.month_start_on
                and received.known_to_on >= (denominators.month_start_on + interval '1 month - 1 day')::date
        )
        and not (
            denominators.measure_code = 'chase_contacts'
            and denominators.organisation_code in (select organisation_code from counting_senders)
        )
),

from_counts as (
    select
        denominators.measure_code,
        denominators.organisation_code,
        denominators.service_id,
        denominators.month_start_on,
        chases.counted as numerator,
        denominators.counted as denominator
    from denominators
    inner join activity as chases
        on
            denominators.organisation_code = chases.organisation_code
            and denominators.service_id = chases.service_id
            and denominators.month_start_on = chases.month_start_on
            and chases.count_kind = 'chase_contacts'
    where denominators.measure_code = 'chase_contacts'
),

by_month as (
    select * from from_cases
    union all
    select * from from_counts
)

select * from by_month
