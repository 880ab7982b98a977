{{ visible_rows("restrictive_intervention", key=["intervention_id"]) }}
