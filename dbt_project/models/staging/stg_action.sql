{{ visible_rows("action", key=["action_id"]) }}
