with

complaint_counts as (
    select * from {{ ref("stg_complaint_count") }}
),

described as (
    select
        provider_code as organisation_code,
        icb_code,
        site_code,
        -- A code of its own among its sites is where complaints go that name no site.
        coalesce(upper(site_code) = provider_code, false) as is_no_site_in_particular,
        period_start_on,
        period_end_on,
        {{ financial_quarter("period_end_on") }} as end_quarter_id,
        section,
        item_code,
        -- Several may apply to one complaint, so that these never add up to the complaints.
        coalesce(section in ('service', 'clinical_treatment', 'subject', 'profession'), false) as is_multi_coded,
        counted,
        coalesce(value_state, case when counted is not null then 'counted' else 'not_collected' end) as value_state
    from complaint_counts
)

select * from described
