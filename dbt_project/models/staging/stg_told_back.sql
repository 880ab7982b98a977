{{ visible_rows("told_back", key=["told_back_id"]) }}
