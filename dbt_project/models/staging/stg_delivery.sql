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

deliveries as (
    select
        deliveries.load_id,
        deliveries.provider_code,
        coalesce(organisations.icb_code, 'unknown') as icb_code,
        deliveries.feed,
        deliveries.period_start_on,
        deliveries.period_end_on,
        deliveries.status_rank,
        deliveries.declared_version,
        deliveries.submitted_on,
        deliveries.state,
        deliveries.is_nil_return,
        deliveries.rows_read,
        deliveries.rows_landed,
        deliveries.rows_set_aside,
        deliveries.rows_filtered,
        coalesce(standing.is_standing, false) as is_standing,
        coalesce(standing.has_stood, false) as has_stood
    from {{ source("audit", "deliveries") }} as deliveries
    left join standing on deliveries.load_id = standing.load_id
    left join {{ source("audit", "organisations") }} as organisations
        on deliveries.provider_code = organisations.organisation_code
)

select * from deliveries
