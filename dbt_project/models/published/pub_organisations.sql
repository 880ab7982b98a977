{{ with_editions("pub_organisations") }}
