"""Find the public words that no second person has read yet, and record that they were: only then are they printed."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extras import execute_values

from expectations.contract import load_contracts
from warehouse.connection import connect


class Words(NamedTuple):
    """Words waiting for a second person, by their hash; the words themselves stay in raw."""

    provider_code: str
    record: str
    column: str
    words_sha256: str


def unchecked(provider_code: str | None = None) -> list[Words]:
    """Return all public words of judged or accepted loads that nobody has checked."""
    found = []
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute("select words_sha256 from audit.word_checks")
        checked = {row[0] for row in cursor}
        for record, contract in load_contracts().items():
            for column in contract.public_words_columns:
                cursor.execute(
                    sql.SQL(
                        "select distinct r.provider_code, r.{column} from raw.{record} as r"
                        " inner join audit.deliveries as d"
                        " on d.load_id = r.load_id and d.state in ('judged', 'accepted')"
                        " where r.{column} is not null and (%(code)s::text is null or r.provider_code = %(code)s)"
                    ).format(column=sql.Identifier(column.name), record=sql.Identifier(record)),
                    {"code": provider_code.upper() if provider_code else None},
                )
                for code, words in cursor:
                    digest = hashlib.sha256(words.encode("utf-8")).hexdigest()
                    if digest not in checked:
                        found.append(Words(code, record, column.name, digest))
    return found


def counted(waiting: Iterable[Words]) -> list[tuple[str, str, str, int]]:
    """Return how many words wait, by sender, record and column."""
    return [(*place, count) for place, count in sorted(Counter(words[:3] for words in waiting).items())]


def approve(waiting: Iterable[Words], by_role: str, on: dt.date) -> int:
    """Record that `by_role` has read these words and found no one named in them; return how many."""
    digests = sorted({words.words_sha256 for words in waiting})
    with connect("loader") as connection, connection.cursor() as cursor:
        execute_values(
            cursor,
            "insert into audit.word_checks (words_sha256, checked_by_role, checked_on) values %s"
            " on conflict do nothing",
            [(digest, by_role, on) for digest in digests],
        )
    return len(digests)
