{{ visible_rows("feedback_count", key=["service_id", "period_start_on", "period_end_on", "channel", "rating_code"]) }}
