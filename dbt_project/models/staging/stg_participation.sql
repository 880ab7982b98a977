{{ visible_rows("participation", key=["session_id", "person_ref"]) }}
