{{ visible_rows("change", key=["change_id"], every_version=true) }}
