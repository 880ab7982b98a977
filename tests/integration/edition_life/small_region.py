"""Two organisations, a network and an edition of theirs: its days, and what stands in the warehouse about it."""

import datetime as dt

from psycopg2.extras import RealDictCursor

from report.rows import edition as made_of
from report.voices import network_in_short
from warehouse import connection, editions

ICB, QUARTER, NEXT_QUARTER = "QXX", "2026-27-Q1", "2026-27-Q2"
FIRST, SECOND = f"{QUARTER}/{ICB}/1", f"{QUARTER}/{ICB}/2"
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
# The last day for comments is the tenth working day after the 3rd: 31 August is a bank holiday, but later.
SHARED = dt.datetime(2026, 8, 3, 8, 0, tzinfo=dt.UTC)
LAST_DAY, AFTER = dt.datetime(2026, 8, 17, 8, 0, tzinfo=dt.UTC), dt.datetime(2026, 8, 18, 8, 0, tzinfo=dt.UTC)
CHECKED, UNCHECKED = "More wait than the page shows.", "Nobody has read these words."
SAID = {"raised_by_kind": "network", "comment": CHECKED, "raised_on": "2026-05-06"}
CHALLENGES = [
    {"challenge_id": "K0", "edition_id": "2025-26-Q4/QXX/1", **SAID, "reply": CHECKED, "replied_on": "2026-05-20"},
    {"challenge_id": "K1", "edition_id": "2025-26-Q4/QXX/1", **SAID, "reply": UNCHECKED, "replied_on": "2026-05-19",
     "outcome": "explained"},
    {"challenge_id": "K2", "edition_id": FIRST, **SAID, "raised_on": "2026-07-20", "comment": UNCHECKED},
    {"challenge_id": "since", "edition_id": "2024-25-Q1/QXX/1", **SAID, "raised_on": "2026-04-02"},
    {"challenge_id": "old", "edition_id": "2024-25-Q1/QXX/1", **SAID, "raised_on": "2024-09-02"},
    {"challenge_id": "later", "edition_id": FIRST, **SAID, "raised_on": "2026-07-30"},
    {"challenge_id": "ahead", "edition_id": f"{NEXT_QUARTER}/QXX/1", **SAID},
]  # fmt: skip
WRONG = {"was_wrong": "Complaints were counted twice.", "because": "A file came twice."}


def speak_for(cursor, quarter: str) -> None:
    cursor.execute(
        "insert into audit.builds (accepted_through, as_of, report_quarter, code_version, state)"
        " values (1, %s, %s, '1', 'swapped')",
        (AS_OF, quarter),
    )


def ask(opened, query: str, *values) -> list[dict]:
    with opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def published(opened, relation: str, edition_id: str = FIRST) -> list[dict]:
    return ask(opened, f"select * from published.{relation} where edition_id = %s order by 3, 1", edition_id)


def answered(opened, comment: str, edition_id: str = FIRST) -> tuple:
    """The reply that is printed below a comment: words, role and day."""
    rows = {row["challenge_id"]: row for row in published(opened, "pub_challenges", edition_id)}
    return tuple(rows[comment][name] for name in ("reply", "replied_by_role", "replied_on"))


def says(opened, edition_id: str = FIRST) -> str:
    """What page one would print of the network."""
    (facts,) = published(opened, "pub_editions", edition_id)
    found = {name: published(opened, name, edition_id) for name in ("pub_challenges", "pub_answers")}
    return str(network_in_short(made_of(facts, found), 18))


def signed(opened, edition_id: str, as_of=AFTER) -> None:
    editions.advance(opened, edition_id, "signed_off", as_of, "named_role", "director of quality")
    editions.advance(opened, edition_id, "published", as_of, by_role="assurance lead")


def forget() -> None:
    """Leave the warehouse without editions, as the module began."""
    with connection.connect("admin") as admin, admin.cursor() as cursor:
        for table in ("edition_faces", "edition_rows", "edition_entries", "edition_steps", "editions"):
            cursor.execute(f"delete from audit.{table}")
