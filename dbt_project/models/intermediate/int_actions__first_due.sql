{{ first_due(ref("stg_action_version"), "action_id", "action_key", "coalesce(due_on, revised_due_on)") }}
