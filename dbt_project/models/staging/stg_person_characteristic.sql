{{ visible_rows("person_characteristic", key=["person_ref", "characteristic", "value_code"]) }}
