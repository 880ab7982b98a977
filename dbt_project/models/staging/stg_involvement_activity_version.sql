{{ visible_rows("involvement_activity", every_version=true) }}
