-- quarters_ago is 0 on the build's day, 1 a quarter before it and negative after it.
with

contradicted as (
    select
        date_on,
        quarters_ago
    from {{ ref("dim_date") }}
    where
        (date_on = {{ as_of_on() }} and quarters_ago <> 0)
        or (date_on = ({{ as_of_on() }} - interval '3 months')::date and quarters_ago <> 1)
        or (date_on = ({{ as_of_on() }} + interval '3 months')::date and quarters_ago <> -1)
)

select * from contradicted
