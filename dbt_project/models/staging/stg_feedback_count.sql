{{ visible_rows("feedback_count") }}
