"""Lay each published relation of an edition out as it stands: its columns, its rows, and the query that gives both.

A workbook, a CSV file and a JSON file are made of these, so that none of them has a list of columns of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from report.rows import FIGURE_COLUMNS, RELATIONS, Column, Edition, Row

# Postgres types by the Python type that a row of an edition without a database behind it has; bool is an int too.
KINDS = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "double precision"),
    (datetime, "timestamp with time zone"),
    (date, "date"),
)
# What an edition holds beside its relations.
NO_RELATION = ("facts", "described")


@dataclass(frozen=True)
class Relation:
    """One table of an edition; `rows` hold a value for each column, None where there is none."""

    name: str
    said: str | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    query: str

    @property
    def title(self) -> str:
        """data quality"""
        return self.name.removeprefix("pub_").replace("_", " ")

    def place(self, column: str) -> int | None:
        """Where a column stands; None where the relation has none of that name."""
        return next((place for place, one in enumerate(self.columns) if one.name == column), None)


def of(edition: Edition) -> list[Relation]:
    """Every relation that the edition was read from, the figures first."""
    more = (
        f"pub_{one.name}" for one in fields(Edition) if not one.name.startswith("_") and one.name not in NO_RELATION
    )
    names = dict.fromkeys((*RELATIONS, *more))
    return [
        _relation(edition, name)
        for name in names
        if name in RELATIONS or name in edition.described or getattr(edition, name.removeprefix("pub_"))
    ]


def figures(edition: Edition) -> Relation:
    """The figures alone."""
    return _relation(edition, "pub_figures")


def facts(edition: Edition) -> Relation:
    """The edition's own row."""
    return _laid_out(edition, "pub_editions", [edition.facts], ("edition_id",))


def _relation(edition: Edition, name: str) -> Relation:
    keys = RELATIONS.get(name, ())
    if name != "pub_figures":
        return _laid_out(edition, name, list(getattr(edition, name.removeprefix("pub_"))), keys)
    figures = [
        {"edition_id": edition.facts["edition_id"]} | {column: getattr(one, column) for column in FIGURE_COLUMNS}
        for one in edition.figures.values()
    ]
    return _laid_out(edition, name, figures, keys, only=("edition_id", *FIGURE_COLUMNS))


def _laid_out(
    edition: Edition, name: str, found: list[Row], keys: tuple[str, ...], only: tuple[str, ...] = ()
) -> Relation:
    described = edition.described.get(name)
    columns = described.columns if described else tuple(_guessed(found, only))
    if only:
        columns = tuple(column for column in columns if column.name in only)
    rows = tuple(tuple(row.get(column.name) for column in columns) for row in found)
    query = _query(edition, name, columns, [key for key in keys if any(one.name == key for one in columns)])
    return Relation(name, described.said if described else None, columns, rows, query)


def _guessed(found: list[Row], only: tuple[str, ...]) -> Iterator[Column]:
    """Columns by the rows themselves: every name that occurs, of the type of its first value."""
    names = only or tuple(dict.fromkeys(name for row in found for name in row))
    for name in names:
        first = next((row[name] for row in found if row.get(name) is not None), None)
        yield Column(name, next((kind for of_type, kind in KINDS if isinstance(first, of_type)), "text"))


def _query(edition: Edition, name: str, columns: tuple[Column, ...], keys: list[str]) -> str:
    """The select that gives these rows in this order, to be run as it stands by a role that may read `published`."""
    kinds: Mapping[str, str] = {column.name: column.kind for column in columns}
    listed = ",\n    ".join(kinds) or "*"
    # "C" orders by code point as Python does, whatever the database's own language.
    ordered = ", ".join(f'{key} collate "C"' if kinds[key] == "text" else key for key in keys)
    edition_id = edition.facts["edition_id"].replace("'", "''")
    return (
        f"select\n    {listed}\nfrom published.{name}\nwhere edition_id = '{edition_id}'"
        + (f"\norder by {ordered}" if ordered else "")
        + ";"
    )
