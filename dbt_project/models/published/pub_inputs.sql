{{ with_editions("pub_inputs") }}
