with

provider_returns as (
    select * from {{ ref("stg_provider_return") }}
),

described as (
    select
        provider_code as organisation_code,
        icb_code,
        period_start_on,
        period_end_on,
        {{ financial_quarter("period_start_on") }} as quarter_id,
        item_code,
        answer_code,
        numerator,
        denominator,
        on_date,
        amount_gbp,
        declared_by_role,
        evidence_ref
    from provider_returns
)

select * from described
