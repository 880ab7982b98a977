{{ with_editions("pub_expectations") }}
