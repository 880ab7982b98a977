{{ with_editions(ref("pub_data_quality_now")) }}
