{{ visible_rows("complaint_count", key=["site_code", "section", "item_code", "period_start_on", "period_end_on"]) }}
