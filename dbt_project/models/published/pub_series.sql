{{ with_editions("pub_series") }}
