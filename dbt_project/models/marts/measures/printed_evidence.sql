{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What each measure of an expectation came to in the quarter that the report tells it of. A measure that is printed of
-- another quarter alone is no part of it.
with

answered as (
    {{ evidence_answered() }}
),

evidence_quarters as (
    select * from {{ ref("evidence_quarters") }}
),

printed_quarters as (
    select * from {{ ref("printed_quarters") }}
),

printed_evidence as (
    select answered.*
    from answered
    inner join evidence_quarters
        on
            answered.expectation_id = evidence_quarters.expectation_id
            and answered.quarter_id = evidence_quarters.quarter_id
    left join printed_quarters on answered.measure_code = printed_quarters.measure_code
    where coalesce(printed_quarters.quarter_id, answered.quarter_id) = answered.quarter_id
)

select * from printed_evidence
