with

standing as (
    select
        visibility.load_id,
        bool_or(
            visibility.retired_seq is null or visibility.retired_seq > {{ var("accepted_through") }}
        ) as is_standing,
        bool_or({{ is_not_undone("visibility") }}) as has_stood
    from {{ source("audit", "visibility") }} as visibility
    where visibility.accepted_seq <= {{ var("accepted_through") }}
    group by visibility.load_id
),

decided as (
    select
        decisions.load_id,
        bool_or(decisions.decision = 'withdraw') as is_withdrawn,
        bool_or(decisions.decision = 'release') as is_released
    from {{ source("audit", "decisions") }} as decisions
    where decisions.decided_at <= {{ as_of() }}
    group by decisions.load_id
),

holds as (
    select
        findings.load_id,
        bool_or(findings.rule = 'FILE-TIE') as is_tied
    from {{ source("audit", "findings") }} as findings
    where findings.level = 'hold'
    group by findings.load_id
),

deliveries as (
    select
        deliveries.load_id,
        deliveries.provider_code,
        coalesce(organisations.icb_code, 'unknown') as icb_code,
        deliveries.feed,
        deliveries.file_name,
        deliveries.file_sha256,
        deliveries.mapping_version,
        deliveries.period_start_on,
        deliveries.period_end_on,
        deliveries.status_rank,
        deliveries.declared_version,
        deliveries.submitted_at,
        deliveries.submitted_on,
        -- The ledger holds the state of today; a build of an earlier sequence and moment sees the state of then.
        case
            when standing.has_stood then 'accepted'
            -- It stood and stands no more: a tie held it, or somebody withdrew it.
            when standing.load_id is not null and holds.is_tied and decided.is_withdrawn is not true then 'held'
            when standing.load_id is not null then 'withdrawn'
            when decided.is_withdrawn then 'withdrawn'
            when deliveries.judged_at > {{ as_of() }} then 'landed'
            when deliveries.state in ('fetched', 'landed', 'refused', 'held') then deliveries.state
            when holds.load_id is not null and decided.is_released is not true then 'held'
            else 'judged'
        end as state,
        deliveries.is_nil_return,
        deliveries.rows_read,
        deliveries.rows_landed,
        deliveries.rows_set_aside,
        deliveries.rows_filtered,
        coalesce(standing.is_standing, false) as is_standing,
        coalesce(standing.has_stood, false) as has_stood
    from {{ source("audit", "deliveries") }} as deliveries
    left join standing on deliveries.load_id = standing.load_id
    left join decided on deliveries.load_id = decided.load_id
    left join holds on deliveries.load_id = holds.load_id
    left join {{ source("audit", "organisations") }} as organisations
        on deliveries.provider_code = organisations.organisation_code
)

select * from deliveries
