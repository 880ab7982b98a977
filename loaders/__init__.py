"""Across the wall: senders' files and APIs, carried in."""
