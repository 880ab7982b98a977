{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Days: how long each thing said took to be decided and told, how long people have waited, how late each change was.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

changes as (
    select * from {{ ref("fct_changes") }}
),

curve as (
    select * from {{ ref("mart_told_back_curve") }}
    where quarter_id = '{{ var("report_quarter") }}' and organisation_code <> 'PROVIDERS'
),

times as (
    select * from {{ ref("mart_chain_times") }}
    where
        link = 'input_to_told'
        and quarter_id = '{{ var("report_quarter") }}'
        and organisation_code <> 'PROVIDERS'
),

input_days as (
    select
        steps.measure_code,
        steps.section,
        inputs.icb_code,
        inputs.organisation_code,
        inputs.service_id,
        inputs.input_id as subject_id,
        steps.days
    from inputs
    cross join
        lateral (
            values
            ('input_days_to_decide', 'chain', inputs.days_to_decide),
            ('input_days_to_tell', 'chain', inputs.days_to_tell),
            ('input_days_waiting', 'waiting', inputs.days_waiting),
            ('input_days_to_change', 'chain', (inputs.implemented_on - inputs.received_on)::bigint)
        ) as steps (measure_code, section, days)
    where steps.days is not null
),

change_days as (
    select
        'change_days_late' as measure_code,
        'promised' as section,
        icb_code,
        organisation_code,
        service_id,
        change_id as subject_id,
        days_late as days
    from changes
    where days_late is not null
),

single_days as (
    select * from input_days
    union all
    select * from change_days
),

singles as (
    select
        measure_code,
        'days' as statistic,
        section,
        icb_code,
        organisation_code,
        service_id,
        subject_id,
        'as_of' as period_kind,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        null::text as label,
        null::bigint as numerator,
        null::bigint as denominator,
        days::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'days' as unit,
        0 as decimals
    from single_days
),

longest as (
    select
        'longest_wait' as measure_code,
        'days' as statistic,
        'waiting' as section,
        icb_code,
        coalesce(organisation_code, 'ALL') as organisation_code,
        null::text as service_id,
        null::text as subject_id,
        'as_of' as period_kind,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        null::text as label,
        null::bigint as numerator,
        null::bigint as denominator,
        max(days_waiting)::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'days' as unit,
        0 as decimals
    from inputs
    where is_waiting
    group by grouping sets ((icb_code, organisation_code), (icb_code))
),

-- The day by which half of those who are owed an answer had one.
medians as (
    select
        'told_back_median' as measure_code,
        'median_days' as statistic,
        'waiting' as section,
        icb_code,
        organisation_code,
        null::text as service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'none' as breakdown_kind,
        'all' as breakdown_code,
        null::text as label,
        at_risk_count as numerator,
        at_risk_count as denominator,
        median_days::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper,
        'days' as unit,
        0 as decimals
    from times
    where median_days is not null
),

curve_points as (
    select
        'told_back_curve' as measure_code,
        'share' as statistic,
        'waiting' as section,
        icb_code,
        organisation_code,
        null::text as service_id,
        null::text as subject_id,
        'quarter' as period_kind,
        'day' as breakdown_kind,
        lpad(day::text, 4, '0') as breakdown_code,
        null::text as label,
        told_so_far_count as numerator,
        cohort_count as denominator,
        told_share as given_value,
        told_share_lower as given_lower,
        told_share_upper as given_upper,
        'share of 1' as unit,
        2 as decimals
    from curve
),

every_figure as (
    select * from singles
    union all
    select * from longest
    union all
    select * from medians
    union all
    select * from curve_points
)

select * from every_figure
