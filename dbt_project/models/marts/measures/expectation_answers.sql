{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The measures of each expectation: its own, and those of another that it repeats or sees at another scope. Which of
-- them judge it stands with the pair: a share that only shows more of the picture leaves met and not met alone.
with

given as (
    select * from {{ ref("expectation_measures") }}
),

own as (
    select
        expectation_id,
        measure_code,
        judges,
        of_expectation_id
    from given
    where measure_code is not null
),

repeated as (
    select
        given.expectation_id,
        own.measure_code,
        given.judges and own.judges as judges,
        given.of_expectation_id
    from given
    inner join own on given.of_expectation_id = own.expectation_id
    where given.measure_code is null
),

every_answer as (
    select * from own
    union all
    select * from repeated
)

select * from every_answer
