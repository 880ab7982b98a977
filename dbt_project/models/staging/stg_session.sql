{{ visible_rows("session", key=["session_id"]) }}
