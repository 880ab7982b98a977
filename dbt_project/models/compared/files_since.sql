{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What happened to files between the edition and this build: which came, in whose place, and which were taken back.
with

editions as (
    select * from {{ ref("mart_compared_editions") }}
),

visibility as (
    select * from {{ ref("stg_visibility") }}
),

deliveries as (
    select * from {{ ref("stg_delivery") }}
),

load_records as (
    select * from {{ ref("stg_load_record") }}
),

expected as (
    select * from {{ ref("stg_expected_delivery") }}
),

intervals as (
    select
        editions.icb_code,
        editions.accepted_through,
        deliveries.provider_code,
        deliveries.feed,
        deliveries.file_name,
        deliveries.file_sha256,
        deliveries.mapping_version,
        deliveries.period_start_on,
        deliveries.period_end_on,
        deliveries.submitted_on,
        deliveries.state,
        load_records.delivers,
        visibility.load_id,
        visibility.record,
        visibility.accepted_seq,
        visibility.undone_seq
    from visibility
    inner join deliveries on visibility.load_id = deliveries.load_id
    inner join editions on deliveries.icb_code = editions.icb_code
    inner join load_records on visibility.load_id = load_records.load_id and visibility.record = load_records.record
),

-- How each file stood when the edition was frozen.
stood_then as (
    select * from intervals
    where accepted_seq <= accepted_through
),

came as (
    select
        intervals.*,
        case
            when intervals.load_id in (select stood_then.load_id from stood_then) then 'restored_file'
            when
                exists (
                    select 1
                    from stood_then
                    where
                        stood_then.provider_code = intervals.provider_code
                        and stood_then.feed = intervals.feed
                        and stood_then.file_sha256 = intervals.file_sha256
                        and stood_then.mapping_version <> intervals.mapping_version
                )
                then 'corrected_mapping'
            when
                exists (
                    select 1
                    from stood_then
                    where
                        stood_then.provider_code = intervals.provider_code
                        and stood_then.feed = intervals.feed
                        and stood_then.file_sha256 = intervals.file_sha256
                )
                then 'changed_contract'
            when
                exists (
                    select 1
                    from stood_then
                    where
                        stood_then.provider_code = intervals.provider_code
                        and stood_then.feed = intervals.feed
                        and stood_then.period_start_on is not distinct from intervals.period_start_on
                        and stood_then.period_end_on is not distinct from intervals.period_end_on
                )
                then 'restated_file'
            when intervals.submitted_on > expected.due_on then 'late_file'
            else 'new_file'
        end as reason_code
    from intervals
    left join expected
        on
            intervals.provider_code = expected.provider_code
            and intervals.feed = expected.feed
            and intervals.period_start_on = expected.period_start_on
    where intervals.accepted_seq > intervals.accepted_through and intervals.undone_seq is null
),

taken_back as (
    select
        *,
        case when state = 'held' then 'held_file' else 'withdrawn_file' end as reason_code
    from stood_then
    where undone_seq > accepted_through
),

files_since as (
    select * from came
    union all
    select * from taken_back
)

select
    icb_code,
    provider_code,
    load_id,
    record,
    delivers,
    file_name,
    period_start_on,
    period_end_on,
    reason_code
from files_since
