with

answers as (
    select distinct
        expectation_id,
        measure_code,
        judges,
        of_expectation_id
    from {{ ref("expectation_answers") }}
)

select * from answers
