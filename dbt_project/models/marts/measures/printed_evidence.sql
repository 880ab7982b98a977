{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What the report prints of each expectation.
with

-- What takes a year to follow is printed of the latest quarter that was followed, and so is what it shows.
told as (
    select
        mart_evidence.*,
        followed.quarter_id is not null as is_followed
    from {{ ref("mart_evidence") }} as mart_evidence
    left join {{ ref("printed_quarters") }} as followed
        on
            mart_evidence.measure_code = followed.measure_code
            and mart_evidence.quarter_id = followed.quarter_id
            and followed.is_followed
    where mart_evidence.quarter_id = '{{ var("report_quarter") }}' or followed.quarter_id is not null
),

evidence as (
    select distinct on (expectation_id, icb_code, organisation_code) *
    from told
    order by
        expectation_id asc,
        icb_code asc,
        organisation_code asc,
        is_followed desc
)

select * from evidence
