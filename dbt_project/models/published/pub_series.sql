{{ with_editions(ref("pub_series_now")) }}
