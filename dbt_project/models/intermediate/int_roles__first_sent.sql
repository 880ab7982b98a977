{{ first_said(ref("stg_involvement_role_version"), "role_id", "role_key", "submitted_on", "first_submitted_on") }}
