{{ with_editions(ref("pub_figures_now")) }}
