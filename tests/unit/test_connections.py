"""What analysts' tools are told of the warehouse: its place and never its password."""

import json
from pathlib import Path

from sqlalchemy import make_url

from assure import connections

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "powerbi" / "assurance.pbids"
PLACE = make_url("postgresql://analyst:a-secret@warehouse.example.org/assure?sslmode=verify-full")


def test_the_sample_is_what_the_command_writes():
    assert SAMPLE.read_text(encoding="utf-8") == connections.power_bi(PLACE)


def test_a_data_source_file_says_where_and_how_and_nothing_else():
    source = json.loads(connections.power_bi(PLACE.set(port=6543)))
    assert source["version"] == "0.1"
    (connection,) = source["connections"]
    assert connection["mode"] == "Import"
    assert connection["details"]["protocol"] == "postgresql"
    assert connection["details"]["address"] == {"server": "warehouse.example.org:6543", "database": "assure"}
    assert "secret" not in json.dumps(source)


def test_a_line_for_odbc_keeps_the_encryption_that_was_asked_for():
    line = connections.odbc(PLACE)
    assert line.startswith("Driver={PostgreSQL Unicode(x64)};Server=warehouse.example.org;Port=5432;Database=assure;")
    assert line.endswith("SSLmode=verify-full;")
    assert "secret" not in line
    assert "SSLmode" not in connections.odbc(PLACE.set(query={}))
