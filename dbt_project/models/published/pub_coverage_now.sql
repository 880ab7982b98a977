with

coverage as (
    select * from {{ ref("mart_coverage") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

printable as (
    select
        coverage.icb_code,
        coverage.organisation_code,
        organisations.organisation_name,
        coverage.feed,
        coverage.period_start_on,
        coverage.period_end_on,
        coverage.quarter_id,
        coverage.due_on,
        coverage.submitted_on,
        coverage.state,
        case coverage.state
            when 'received' then 'Received'
            when 'late' then 'Received late'
            when 'missing' then 'Not received'
            when 'restated' then 'Received and restated'
            when 'nil' then 'Received: nothing this period'
            when 'no_agreement' then 'No agreement in force'
            when 'refused' then 'Sent, refused and not sent again'
            when 'held' then 'Held for a person to look at'
            when 'withdrawn' then 'Withdrawn'
            else 'Not due yet'
        end as state_label
    from coverage
    inner join organisations on coverage.organisation_code = organisations.organisation_code
)

select * from printable
