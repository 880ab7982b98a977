{{ visible_rows("quote", key=["quote_id"]) }}
