with

actions as (
    select
        *,
        {{ sender_key("action_id") }} as action_key,
        coalesce(revised_due_on, due_on) as promised_on,
        {{ happened("done_on") }} as was_done_on
    from {{ ref("stg_action") }}
),

first_due as (
    select * from {{ ref("int_actions__first_due") }}
),

parents as (
    select * from {{ ref("int_actions__parented") }}
),

joined as (
    select
        actions.*,
        first_due.original_due_on,
        coalesce(parents.is_found, false) as is_parent_found,
        {{ deadline_state("first_due.original_due_on", "actions.was_done_on") }} as deadline_state
    from actions
    left join first_due on actions.action_key = first_due.action_key
    left join parents on actions.action_key = parents.action_key
),

described as (
    select
        action_key,
        provider_code as organisation_code,
        icb_code,
        action_id,
        parent_kind,
        {{ sender_key("parent_id") }} as parent_key,
        is_parent_found,
        theme_codes,
        owner_role,
        promised_on as due_on,
        original_due_on,
        {{ financial_quarter("original_due_on") }} as original_due_quarter_id,
        promised_on <> original_due_on as is_deadline_moved,
        was_done_on as done_on,
        {{ financial_quarter("was_done_on") }} as done_quarter_id,
        deadline_state,
        {{ is_promise_kept("deadline_state", "original_due_on") }} as is_on_time_original,
        {{ days_past_due("deadline_state", "original_due_on", "was_done_on") }} as days_late
    from joined
)

select * from described
