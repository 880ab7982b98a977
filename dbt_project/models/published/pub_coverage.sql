{{ with_editions("pub_coverage") }}
