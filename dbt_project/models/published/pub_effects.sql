{{ with_editions("pub_effects") }}
