{{ visible_rows("activity_count") }}
