{{ with_editions(ref("pub_changes_now")) }}
