{{ with_editions("pub_figures") }}
