{{ with_editions(ref("pub_findings_now")) }}
