"""Ask the published schema as the report does, and the ledger what became of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extras import RealDictCursor

from demo.truth import Truth, load
from warehouse import connection

EDITION = "2026-27-Q1/ZWL/1"
Row = dict[str, Any]


class Published:
    """The rows of one edition, through the role that can read nothing else."""

    def __init__(self, opened: Any, edition_id: str = EDITION) -> None:
        self.opened, self.edition_id = opened, edition_id
        self.truth: Truth = load()

    def rows(self, relation: str, **where: Any) -> list[Row]:
        """Rows of published.pub_<relation> whose columns have these values."""
        with self.opened.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(
                f"select * from published.pub_{relation} where edition_id = %s"
                + "".join(f' and "{column}" is not distinct from %s' for column in where),
                [self.edition_id, *where.values()],
            )
            return cursor.fetchall()

    def one(self, relation: str, **where: Any) -> Row:
        (found,) = self.rows(relation, **where)
        return found

    def figure(self, figure_id: str) -> Row:
        return self.one("figures", figure_id=figure_id)

    def value(self, figure_id: str) -> float | None:
        return self.figure(figure_id)["value"]

    def relations(self) -> list[str]:
        with self.opened.cursor() as cursor:
            cursor.execute(
                "select table_name from information_schema.tables where table_schema = 'published' order by 1"
            )
            return [name for (name,) in cursor]


@contextmanager
def published(edition_id: str = EDITION) -> Iterator[Published]:
    with connection.connect("reporter") as opened:
        yield Published(opened, edition_id)


class Ledger:
    """What the ledger says became of a file, and the verdict its sender heard."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened

    def ask(self, query: str, *values: Any) -> list[Row]:
        with self.opened.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def file(self, name: str) -> Row:
        (found,) = self.ask("select * from audit.deliveries where file_name = %s", name)
        return found

    def verdict(self, name: str) -> list[Row]:
        return self.ask("select * from audit.findings where load_id = %s", self.file(name)["load_id"])

    def rules(self, name: str) -> dict[str, str]:
        """What was found in a file: rule -> level."""
        return {row["rule"]: row["level"] for row in self.verdict(name)}


@contextmanager
def ledger() -> Iterator[Ledger]:
    with connection.connect("admin") as opened:
        yield Ledger(opened)


def in_quarter(on: dt.date, quarter_start: dt.date = dt.date(2026, 4, 1)) -> bool:
    return quarter_start <= on <= dt.date(2026, 6, 30)


def days_between(first: dt.date, last: dt.date) -> int:
    return (last - first).days
