"""Say where the warehouse is in the words of analysts' tools; the password stays with whoever is asked for it."""

import json

from sqlalchemy import URL

ODBC_DRIVER = "PostgreSQL Unicode(x64)"
"""The name under which psqlODBC registers its driver for 64-bit Windows."""
PORT = 5432


def power_bi(target: URL) -> str:
    """Return a Power BI data source file (.pbids): opening it starts Get Data on this warehouse, as a copy to work on.

    Its format has no place for a user or password: Power BI asks for both the first time.
    """
    details = {
        "protocol": "postgresql",
        "address": {"server": f"{target.host}:{target.port or PORT}", "database": target.database},
        "authentication": None,
        "query": None,
    }
    source = {"version": "0.1", "connections": [{"details": details, "options": {}, "mode": "Import"}]}
    return json.dumps(source, indent=2) + "\n"


def odbc(target: URL) -> str:
    """Return the connection string of a driver's own kind, for Excel's From ODBC and the like; without the password."""
    parts = {
        "Driver": f"{{{ODBC_DRIVER}}}",
        "Server": target.host,
        "Port": target.port or PORT,
        "Database": target.database,
        "Uid": target.username,
        # Yes and no arrive as such, not as the texts 1 and 0.
        "BoolsAsChar": 0,
    }
    if "sslmode" in target.query:
        parts["SSLmode"] = target.query["sslmode"]
    return "".join(f"{name}={value};" for name, value in parts.items())
