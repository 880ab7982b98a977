{{ with_editions(ref("pub_expectations_now")) }}
