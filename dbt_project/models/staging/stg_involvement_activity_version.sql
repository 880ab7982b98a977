{{ visible_rows("involvement_activity", key=["activity_id"], every_version=true) }}
