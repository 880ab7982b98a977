{{ visible_rows("challenge", key=["challenge_id"]) }}
