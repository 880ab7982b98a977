{{ with_editions("pub_measures") }}
