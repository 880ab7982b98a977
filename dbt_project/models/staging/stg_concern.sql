{{ visible_rows("concern", key=["concern_id"]) }}
