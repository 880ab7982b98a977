{{ first_due(ref("stg_change_version"), "change_id", "change_key") }}
