{{ visible_rows("input", key=["input_id"]) }}
