"""The Postgres itself: connection, server, roles, schemas, grants and the load ledger."""
