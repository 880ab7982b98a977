{{ visible_rows("material", key=["material_id", "version"]) }}
