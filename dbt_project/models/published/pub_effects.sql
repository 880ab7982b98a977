{{ with_editions(ref("pub_effects_now")) }}
