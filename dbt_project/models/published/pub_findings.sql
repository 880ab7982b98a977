{{ with_editions("pub_findings") }}
