"""Across the wall: senders' files and APIs, carried in; `load` tells the story from end to end."""
