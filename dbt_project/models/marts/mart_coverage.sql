with

expected as (
    select * from {{ ref("stg_expected_delivery") }}
),

matched as (
    select * from {{ ref("int_deliveries__matched") }}
),

shared_keys as (
    select
        load_id,
        sum(repeated_count) as repeated_count
    from {{ ref("int_keys__repeated") }}
    group by load_id
),

answers as (
    select
        matched.*,
        coalesce(shared_keys.repeated_count, 0) as repeated_count
    from matched
    left join shared_keys on matched.load_id = shared_keys.load_id
),

versions as (
    select
        provider_code,
        feed,
        period_start_on,
        count(*) as file_count,
        count(*) filter (where has_stood) as version_count,
        min(submitted_on) filter (where has_stood) as received_on,
        max(submitted_on) filter (where is_standing) as submitted_on,
        bool_or(is_standing) as has_standing_rows,
        coalesce(bool_or(is_standing and is_nil_return), false) as is_nil_return,
        coalesce(bool_or(is_standing and declared_version > 1), false) as is_reissued,
        coalesce(sum(repeated_count) filter (where is_standing), 0)::bigint as overlapping_row_count,
        (array_agg(state order by submitted_on desc, submitted_at desc, file_sha256 desc))[1] as newest_file_state
    from answers
    group by provider_code, feed, period_start_on
),

judged as (
    select
        expected.provider_code as organisation_code,
        expected.icb_code,
        expected.feed,
        expected.period_start_on,
        expected.period_end_on,
        {{ financial_quarter("expected.period_end_on") }} as quarter_id,
        expected.due_on,
        expected.has_agreement,
        case
            when versions.has_standing_rows and versions.is_nil_return then 'nil'
            when versions.has_standing_rows and versions.version_count > 1 then 'restated'
            when versions.has_standing_rows and versions.received_on > expected.due_on then 'late'
            when versions.has_standing_rows then 'received'
            when versions.newest_file_state in ('refused', 'held', 'withdrawn') then versions.newest_file_state
            when not expected.has_agreement then 'no_agreement'
            when expected.due_on >= {{ as_of_on() }} then 'not_due'
            else 'missing'
        end as state,
        versions.received_on,
        versions.submitted_on,
        coalesce(versions.file_count, 0) as file_count,
        coalesce(versions.version_count, 0) as version_count,
        coalesce(versions.is_reissued, false) as is_reissued,
        coalesce(versions.overlapping_row_count, 0) as overlapping_row_count,
        versions.newest_file_state
    from expected
    left join versions
        on
            expected.provider_code = versions.provider_code
            and expected.feed = versions.feed
            and expected.period_start_on = versions.period_start_on
),

measured as (
    select
        *,
        case
            when received_on is not null then greatest(received_on - due_on, 0)::bigint
            when state not in ('no_agreement', 'not_due') then greatest({{ as_of_on() }} - due_on, 0)::bigint
        end as days_late,
        -- A mended version takes nothing away from how late the first one was.
        coalesce(received_on > due_on, false) as is_late,
        coalesce(received_on <= period_end_on, false) as is_early
    from judged
)

select * from measured
