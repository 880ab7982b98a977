{{ visible_rows("claim", key=["claim_id"]) }}
