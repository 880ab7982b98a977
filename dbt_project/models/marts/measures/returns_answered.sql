{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The answers, dates and amounts of an organisation's returns, one row per quarter that it sent any for.
with

provider_returns as (
    select * from {{ ref("fct_provider_returns") }}
),

quarters as (
    select * from {{ ref("measured_quarters") }}
),

-- Whoever sends a return by the month has answered with the last one of the quarter.
answers as (
    select distinct on (provider_returns.organisation_code, quarters.quarter_id, provider_returns.item_code)
        provider_returns.organisation_code,
        provider_returns.icb_code,
        quarters.quarter_id,
        quarters.period_start_on,
        quarters.period_end_on,
        provider_returns.item_code,
        provider_returns.answer_code,
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
),

returned as (
    select
        organisation_code,
        icb_code,
        quarter_id,
        period_start_on,
        period_end_on,
        max(answer_code) filter (where item_code = 'champion_named') as champion_named,
        max(answer_code) filter (where item_code = 'board_lead_named') as board_lead_named,
        max(answer_code) filter (where item_code = 'framework_adopted') as framework_adopted,
        max(answer_code) filter (where item_code = 'coproduction_level_now') as level_now,
        max(answer_code) filter (where item_code = 'coproduction_level_aim') as level_aim,
        max(on_date) filter (where item_code = 'equality_strategy_reviewed') as equality_strategy_reviewed_on,
        max(amount_gbp) filter (where item_code = 'involvement_budget') as budget_gbp,
        max(amount_gbp) filter (where item_code = 'involvement_spend') as spend_gbp
    from answers
    group by organisation_code, icb_code, quarter_id, period_start_on, period_end_on
)

select * from returned
