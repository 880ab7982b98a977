{{ with_editions(ref("pub_coverage_now")) }}
