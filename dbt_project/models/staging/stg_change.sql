{{ visible_rows("change", key=["change_id"]) }}
