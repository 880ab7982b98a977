-- What counts as told lies on or after the decision and not in the future.
with

contradicted as (
    select input_key
    from {{ ref("fct_inputs") }}
    where
        told_on < decided_on
        or (told_on is not null and decided_on is null)
        or told_on > {{ as_of_on() }}
        or decided_on > {{ as_of_on() }}
)

select * from contradicted
