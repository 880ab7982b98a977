"""How things stand, read once and said three ways: at a terminal, as a page, and as the message of the morning."""
