{{ visible_rows("incident", key="incident_id", revision="revision") }}
