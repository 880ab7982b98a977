{{
    first_said(
        ref("stg_action_version"), "action_id", "action_key", "coalesce(due_on, revised_due_on)", "original_due_on",
    )
}}
