{{ visible_rows("involvement_role", key=["role_id"], every_version=true) }}
