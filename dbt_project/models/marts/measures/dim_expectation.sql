with

expectations as (
    select
        expectation_id,
        substring(expectation_id from '[0-9]+')::integer as expectation_number,
        source,
        section,
        expectation,
        metric,
        asked_of,
        answer_kind
    from {{ ref("expectations") }}
)

select * from expectations
