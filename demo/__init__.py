"""A made-up region whose truth is known, and the servers its providers send through."""
