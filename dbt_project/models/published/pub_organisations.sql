{{ with_editions(ref("pub_organisations_now")) }}
