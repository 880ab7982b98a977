{{ visible_rows("decision", key=["decision_id"]) }}
