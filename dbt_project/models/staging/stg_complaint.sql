{{ visible_rows("complaint", key=["complaint_id"]) }}
