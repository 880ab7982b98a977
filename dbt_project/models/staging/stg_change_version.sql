{{ visible_rows("change", every_version=true) }}
