{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The answers, dates and amounts of an organisation's returns, one row per quarter that it sent any for.
with

answers as (
    select * from {{ ref("returns_by_quarter") }}
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
