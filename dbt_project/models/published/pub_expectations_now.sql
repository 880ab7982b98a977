with

-- A definition belongs to every edition, and an edition to one ICB.
icbs as (
    select distinct icb_code from {{ ref("pub_organisations_now") }}
),

expectations as (
    select * from {{ ref("expectations") }}
),

answering as (
    select
        expectation_id,
        string_agg(measure_code, ';' order by measure_code) filter (where relation = 'answers') as measure_codes,
        max(of_expectation_id) filter (where relation = 'same_as') as same_as
    from {{ ref("expectation_measures") }}
    group by expectation_id
),

described as (
    select
        icbs.icb_code,
        expectations.expectation_id,
        substring(expectations.expectation_id from 2)::integer as expectation_number,
        expectations.source,
        expectations.section,
        expectations.expectation,
        expectations.metric,
        expectations.asked_of,
        case expectations.asked_of
            when 'all' then 'Every provider'
            when 'full' then 'Providers of the full tier'
            when 'bed' then 'Services that may restrain'
            when 'icb' then 'The commissioner'
            else 'This report itself'
        end as asked_of_label,
        expectations.answer_kind,
        answering.measure_codes,
        answering.same_as
    from expectations
    cross join icbs
    left join answering on expectations.expectation_id = answering.expectation_id
)

select * from described
