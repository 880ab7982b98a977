{{ visible_rows("action", key=["action_id"], every_version=true) }}
