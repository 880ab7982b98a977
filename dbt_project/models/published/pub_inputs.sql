{{ with_editions(ref("pub_inputs_now")) }}
