-- The quarters that each record of an organisation speaks for: those up to whose last day it was sent.
with

received as (
    select * from {{ ref("int_records__known") }}
),

months_known as (
    select * from {{ ref("int_quarters__months_known") }}
),

quarters as (
    select
        *,
        max(period_end_on) over () as newest_end_on
    from {{ ref("int_quarters__measured") }}
),

spoken_for as (
    select distinct
        received.organisation_code,
        received.record,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on,
        -- A register holds what is so now: of an older quarter it does not tell how things stood.
        quarters.period_end_on = quarters.newest_end_on as is_newest,
        -- Of a feed that comes by the month the last may be there and the first not: then nothing is no nought.
        months_known.months_known = 3 as is_whole
    from received
    inner join quarters on quarters.period_end_on between received.known_from_on and received.known_to_on
    inner join months_known
        on
            received.organisation_code = months_known.organisation_code
            and received.record = months_known.record
            and quarters.quarter_id = months_known.quarter_id
)

select * from spoken_for
