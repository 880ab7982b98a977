{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What became of the things said: considered, refused with a reason and an answer, or turned into a checked change.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

-- Who was answered, and what was made of it, is told by the records of answers and changes: before they came it is not
-- known.
spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
),

last_known as (
    select * from {{ ref("int_records__last_known") }}
),

-- Each thing decided is followed for as long as every other, so that a new quarter is no collapse and an old one does
-- not improve by later work. What the record of changes does not reach that far is left out; a quarter that nobody can
-- have followed yet is counted so far, and has no value.
influence as (
    select
        'influence' as measure_code,
        inputs.organisation_code,
        spoken_for.quarter_id,
        coalesce(inputs.influence_verified_on <= inputs.decided_on + thresholds.value::integer, false) as is_counted
    from inputs
    inner join thresholds on thresholds.threshold_id = 'influence_followed_for'
    inner join spoken_for
        on
            inputs.organisation_code = spoken_for.organisation_code
            and spoken_for.record = 'change'
            and inputs.decided_on >= {{ four_quarters_from("spoken_for.period_start_on") }}
            and inputs.decided_on <= spoken_for.period_end_on
    inner join last_known
        on inputs.organisation_code = last_known.organisation_code and last_known.record = 'change'
    where
        inputs.decided_on + thresholds.value::integer <= last_known.last_known_on
        or spoken_for.period_end_on + thresholds.value::integer > {{ as_of_on() }}
),

considered as (
    select
        'considered' as measure_code,
        inputs.organisation_code,
        inputs.quarter_id,
        coalesce(inputs.reasoned_on <= inputs.received_on + thresholds.value::integer, false) as is_counted
    from inputs
    inner join thresholds on thresholds.threshold_id = 'considered_after'
    inner join spoken_for
        on
            inputs.organisation_code = spoken_for.organisation_code
            and inputs.quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'decision'
    inner join last_known
        on inputs.organisation_code = last_known.organisation_code and last_known.record = 'decision'
    where inputs.received_on + thresholds.value::integer <= last_known.last_known_on
),

refused as (
    select
        'declined_with_reason' as measure_code,
        organisation_code,
        decided_quarter_id as quarter_id,
        not is_reason_owed as is_counted
    from inputs
    where outcome in ('declined', 'deferred')
),

refused_and_owed as (
    select
        'declined_and_told' as measure_code,
        inputs.organisation_code,
        inputs.decided_quarter_id as quarter_id,
        coalesce(inputs.told_on <= inputs.decided_on + thresholds.value::integer, false) as is_counted
    from inputs
    inner join thresholds on thresholds.threshold_id = 'refusal_told_within'
    inner join spoken_for
        on
            inputs.organisation_code = spoken_for.organisation_code
            and inputs.decided_quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'told_back'
    inner join last_known
        on inputs.organisation_code = last_known.organisation_code and last_known.record = 'told_back'
    where
        inputs.outcome in ('declined', 'deferred')
        and inputs.is_reply_owed
        and inputs.decided_on + thresholds.value::integer <= last_known.last_known_on
),

every_input as (
    select * from influence
    union all
    select * from considered
    union all
    select * from refused
    union all
    select * from refused_and_owed
),

counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        count(*) filter (where is_counted) as numerator,
        count(*) as denominator
    from every_input
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
