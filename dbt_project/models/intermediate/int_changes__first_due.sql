{{ first_said(ref("stg_change_version"), "change_id", "change_key", "due_on", "original_due_on") }}
