{{
    first_said(
        ref("stg_involvement_activity_version"), "activity_id", "activity_key",
        "case when scope is not null then submitted_on end", "first_scope_submitted_on",
    )
}}
