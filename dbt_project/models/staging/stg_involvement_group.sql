{{ visible_rows("involvement_group", key=["group_id"]) }}
