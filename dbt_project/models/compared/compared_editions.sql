{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The edition that readers hold in their hands: the newest of the report's quarter that was published; where none was
-- yet, the newest draft. What was withdrawn is nobody's to rely on.
with

editions as (
    select * from {{ ref("pub_editions") }}
    where
        edition_id <> 'working'
        and quarter_id = '{{ var("report_quarter") }}'
        and state <> 'withdrawn'
),

newest as (
    select distinct on (icb_code) *
    from editions
    order by
        icb_code asc,
        (state in ('published', 'corrected')) desc,
        edition_number desc
)

select * from newest
