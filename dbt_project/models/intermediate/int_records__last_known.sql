-- The last day that a record of an organisation speaks for: what came of a thing after it is not known, and whatever
-- was due later is neither done nor left undone.
with

received as (
    select * from {{ ref("int_records__known") }}
),

last_known as (
    select
        organisation_code,
        record,
        max(least(known_to_on, {{ as_of_on() }})) as last_known_on
    from received
    where known_from_on <= {{ as_of_on() }}
    group by organisation_code, record
)

select * from last_known
