{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What is counted by organisation and quarter; where nothing is recorded, what was declared; where there was nothing to
-- record, nought.
with

recorded as (
    select * from {{ ref("measures_recorded") }}
),

declared as (
    select
        measures.measure_code,
        returns.organisation_code,
        returns.quarter_id,
        returns.numerator,
        returns.denominator
    from {{ ref("returns_by_quarter") }} as returns
    inner join {{ ref("measures") }} as measures on returns.item_code = measures.declared_item
    where returns.numerator <= returns.denominator
),

counted as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        numerator,
        denominator,
        false as is_declared
    from recorded
    union all
    select
        declared.measure_code,
        declared.organisation_code,
        declared.quarter_id,
        declared.numerator,
        declared.denominator,
        true as is_declared
    from declared
    where
        not exists (
            select 1
            from recorded
            where
                recorded.measure_code = declared.measure_code
                and recorded.organisation_code = declared.organisation_code
                and recorded.quarter_id = declared.quarter_id
                and recorded.denominator > 0
        )
),

noughts as (
    select
        silences.measure_code,
        silences.organisation_code,
        silences.quarter_id,
        0 as numerator,
        0 as denominator,
        false as is_declared
    from {{ ref("silences") }} as silences
    left join counted
        on
            silences.measure_code = counted.measure_code
            and silences.organisation_code = counted.organisation_code
            and silences.quarter_id = counted.quarter_id
    where counted.measure_code is null
),

completed as (
    select * from counted
    union all
    select * from noughts
)

select * from completed
