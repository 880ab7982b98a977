{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What an organisation's returns say, once a quarter: whoever sends one by the month has answered with the last.
with

provider_returns as (
    select * from {{ ref("fct_provider_returns") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

standing as (
    select distinct on (provider_returns.organisation_code, quarters.quarter_id, provider_returns.item_code)
        provider_returns.organisation_code,
        provider_returns.icb_code,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on,
        provider_returns.item_code,
        provider_returns.answer_code,
        provider_returns.numerator,
        provider_returns.denominator,
        provider_returns.on_date,
        provider_returns.amount_gbp
    from provider_returns
    inner join quarters
        on provider_returns.period_end_on between quarters.period_start_on and quarters.period_end_on
    order by
        provider_returns.organisation_code asc,
        quarters.quarter_id asc,
        provider_returns.item_code asc,
        provider_returns.period_end_on desc
)

select * from standing
