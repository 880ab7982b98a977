{{ visible_rows("feedback_response", key=["response_id"]) }}
