{{ visible_rows("incident", key=["incident_id"], newest_first=["revision desc nulls last"]) }}
