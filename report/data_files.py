"""Write an edition for programs: every figure as CSV with a description of its columns, and the whole as JSON.

figures.csv is UTF-8 without a byte order mark, its lines end in CR LF and its fields are quoted as RFC 4180 says. Who
opens it in a spreadsheet is better served by the evidence pack, where every cell has its type.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from report import office, relations
from report.relations import Relation
from report.rows import Column, Edition

FIGURES, FIGURES_METADATA = "figures.csv", "figures.csv-metadata.json"
EDITION, EDITION_SCHEMA = "edition.json", "edition.schema.json"
# A spreadsheet takes a field that begins so for a formula. An apostrophe goes before it, and before one that is there,
# so that whoever takes away one leading apostrophe has what was published.
GUARD = "'"
GUARDED = (*office.FORMULA_SIGNS, GUARD)
GUARDED_SAID = (
    "A text that begins with one of = + - @, their full-width forms, a tab, a line end or an apostrophe has one "
    "apostrophe before it, so that no spreadsheet runs it as a formula. Take that one away to have what was published."
)
# Postgres type -> (CSVW datatype, JSON Schema)
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "boolean": ("boolean", {"type": "boolean"}),
    "smallint": ("integer", {"type": "integer"}),
    "integer": ("integer", {"type": "integer"}),
    "bigint": ("integer", {"type": "integer"}),
    "double precision": ("double", {"type": "number"}),
    "numeric": ("decimal", {"type": "number"}),
    "date": ("date", {"type": "string", "format": "date"}),
    "timestamp with time zone": ("dateTime", {"type": "string", "format": "date-time"}),
    "text": ("string", {"type": "string"}),
    "ARRAY": ("string", {"type": "array"}),
}


def figures(edition: Edition) -> bytes:
    """Every published figure, one line each, in order of its id; an empty field is one that the row does not have."""
    table = relations.figures(edition)
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_field(value) for value in row])
    return written.getvalue().encode("utf-8")


def figures_metadata(edition: Edition) -> bytes:
    """What the columns of figures.csv are, in the W3C's vocabulary for tabular data (CSVW)."""
    table = relations.figures(edition)
    return _written(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": FIGURES,
            "dc:title": "Every figure of a co-production assurance report",
            "dc:identifier": edition.facts["edition_id"],
            "dc:description": table.said,
            "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True, "quoteChar": '"'},
            "notes": [GUARDED_SAID, _sql_note(table)],
            "tableSchema": {
                "columns": [_csv_column(column) for column in table.columns],
                "primaryKey": ["edition_id", "figure_id"],
            },
        }
    )


def edition(edition: Edition) -> bytes:
    """The whole edition: its own facts, and each published relation row by row."""
    facts = relations.facts(edition)
    # One row a line: a program reads the whole, and a person can still compare two editions line by line.
    parts = [f'"$schema": {json.dumps(EDITION_SCHEMA)}', f'"edition": {_row(facts, facts.rows[0])}']
    for table in relations.of(edition):
        rows = ",\n".join(_row(table, row) for row in table.rows)
        parts.append(f'"{_key(table)}": [' + (f"\n{rows}\n]" if rows else "]"))
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8")


def edition_schema(edition: Edition) -> bytes:
    """The JSON Schema of edition.json: every column with its type and what the database says of it."""
    tables = relations.of(edition)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One edition of a co-production assurance report",
        "type": "object",
        "properties": {
            "$schema": {"const": EDITION_SCHEMA},
            "edition": _row_schema(relations.facts(edition)),
            **{_key(table): {"type": "array", "items": _row_schema(table)} for table in tables},
        },
        "required": ["edition", *(_key(table) for table in tables)],
        "additionalProperties": False,
    }
    return _written(schema)


def _key(table: Relation) -> str:
    return table.name.removeprefix("pub_")


def _written(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


# CSV


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return GUARD + value if value.startswith(GUARDED) else value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(plain(value)).strip('"')


def _csv_column(column: Column) -> dict[str, Any]:
    datatype = KINDS.get(column.kind, KINDS["text"])[0]
    described = {"dc:description": column.description} if column.description else {}
    return {"name": column.name, "titles": column.name, "datatype": datatype, "null": ""} | described


def _sql_note(table: Relation) -> str:
    return f"The query that gives these rows: {' '.join(table.query.split())}"


# JSON


def _row(table: Relation, row: tuple[Any, ...]) -> str:
    named = {column.name: plain(value) for column, value in zip(table.columns, row, strict=True)}
    return json.dumps(named, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value as JSON holds it; moments are in UTC."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _row_schema(table: Relation) -> dict[str, Any]:
    described = {"description": table.said} if table.said else {}
    return {
        "type": "object",
        **described,
        "properties": dict(_properties(table)),
        "required": [column.name for column in table.columns],
        "additionalProperties": False,
    }


def _properties(table: Relation) -> Iterator[tuple[str, dict[str, Any]]]:
    for column in table.columns:
        one = KINDS.get(column.kind, KINDS["text"])[1]
        described = {"description": column.description} if column.description else {}
        yield column.name, {**one, "type": [one["type"], "null"], **described}
