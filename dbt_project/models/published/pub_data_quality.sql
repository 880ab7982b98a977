{{ with_editions("pub_data_quality") }}
