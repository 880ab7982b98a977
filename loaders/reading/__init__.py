"""Turn the bytes of a file, of whatever kind and dialect, into typed rows of records; no database is known here."""
