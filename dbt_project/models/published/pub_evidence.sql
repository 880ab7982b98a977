{{ with_editions("pub_evidence") }}
