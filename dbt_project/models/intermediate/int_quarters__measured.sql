-- The quarters that measures are computed for: from the first thing any organisation was due to send, to the report's.
-- A quarter that is not over has no figures.
with

expected as (
    select expected.*
    from {{ ref("stg_expected_delivery") }} as expected
    inner join {{ ref("stg_organisation") }} as organisations
        on expected.provider_code = organisations.organisation_code
    where organisations.is_asked
),

spanned as (
    select
        date_trunc('quarter', min(period_start_on))::date as first_on,
        {{ as_of_on() }} as last_on
    from expected
),

quarters as (
    select
        starts.start_on::date as period_start_on,
        (starts.start_on + interval '3 months - 1 day')::date as period_end_on,
        {{ financial_quarter("starts.start_on::date") }} as quarter_id
    from spanned
    cross join lateral generate_series(spanned.first_on, spanned.last_on, interval '3 months') as starts (start_on)
),

finished as (
    select * from quarters
    where period_end_on < {{ as_of_on() }}
)

select * from finished
