{{ with_editions("pub_changes") }}
