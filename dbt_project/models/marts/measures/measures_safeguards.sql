{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What guards people around force: an incident talked through with the person, a crisis preference kept in date.
with

interventions as (
    select * from {{ ref("fct_restrictive_interventions") }}
    where started_on <= {{ as_of_on() }}
),

activity as (
    select * from {{ ref("fct_activity_counts") }}
    where
        count_kind in ('caseload', 'caseload_crisis_preference_current')
        and breakdown_kind = 'none'
        and counted is not null
        and period_end_on <= {{ as_of_on() }}
),

-- One incident may need several interventions and is talked through once; one held outweighs one declined.
incidents as (
    select
        organisation_code,
        coalesce(incident_key, intervention_key) as incident_key,
        min(started_on) filter (where is_counted) as began_on,
        bool_or(coalesce(review_with_person = 'held', false)) as is_held,
        bool_or(coalesce(review_with_person = 'offered_declined', false)) as is_declined,
        bool_or(is_review_applicable) as is_known
    from interventions
    group by organisation_code, coalesce(incident_key, intervention_key)
    having bool_or(is_counted) and not bool_and(coalesce(review_with_person = 'not_appropriate', false))
),

debriefs as (
    select
        outcomes.measure_code,
        incidents.organisation_code,
        {{ financial_quarter("incidents.began_on") }} as quarter_id,
        true as is_told,
        case when incidents.is_known then outcomes.is_so::integer end as numerator,
        1 as denominator
    from incidents
    cross join lateral (
        values
        ('debrief_held', incidents.is_held),
        ('debrief_declined', incidents.is_declined and not incidents.is_held)
    ) as outcomes (measure_code, is_so)
),

caseloads as (
    select
        organisation_code,
        service_id,
        {{ financial_quarter("period_end_on") }} as quarter_id,
        period_start_on,
        period_end_on,
        sum(counted) filter (where count_kind = 'caseload_crisis_preference_current') as preference_count,
        sum(counted) filter (where count_kind = 'caseload') as caseload_count
    from activity
    group by organisation_code, service_id, period_start_on, period_end_on
),

-- People on a caseload in April are still on it in May: the latest count of the quarter stands for it. More preferences
-- than people is a mistake in either.
latest_caseloads as (
    select distinct on (organisation_code, service_id, quarter_id) *
    from caseloads
    order by
        organisation_code asc,
        service_id asc,
        quarter_id asc,
        (preference_count <= caseload_count) desc nulls last,
        period_end_on desc,
        period_start_on desc
),

-- What is told by service is told again in a row of no service: it counts once, by service where that can be counted.
crisis_preferences as (
    select
        'crisis_preference_current' as measure_code,
        latest.organisation_code,
        latest.quarter_id,
        true as is_told,
        case when latest.preference_count <= latest.caseload_count then latest.preference_count end as numerator,
        latest.caseload_count as denominator
    from latest_caseloads as latest
    where
        latest.service_id is not null
        or not exists (
            select 1
            from latest_caseloads as finer
            where
                finer.organisation_code = latest.organisation_code
                and finer.quarter_id = latest.quarter_id
                and finer.service_id is not null
                and finer.preference_count <= finer.caseload_count
        )
),

every_row as (
    select * from debriefs
    union all
    select * from crisis_preferences
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
