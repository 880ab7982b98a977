{{ visible_rows("service", key=["service_id"]) }}
