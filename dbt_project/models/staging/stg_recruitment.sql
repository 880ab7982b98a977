{{ visible_rows("recruitment", key=["recruitment_id"]) }}
