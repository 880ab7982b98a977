{{ with_editions(ref("pub_measures_now")) }}
