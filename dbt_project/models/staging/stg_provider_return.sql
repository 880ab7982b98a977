{{ visible_rows("provider_return", key=["period_start_on", "period_end_on", "item_code"]) }}
