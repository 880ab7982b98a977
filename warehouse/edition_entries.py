"""What people enter into an edition: comments and replies, an opinion, a sponsor, and what the committee is asked.

Nothing is changed once it was entered: who erred takes the entry back, and both stay in the record.
"""

import datetime as dt

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from warehouse.editions import ANSWERS, EditionError, find, parties
from warehouse.periods import LONDON

ENTERED = ("opinion", "sponsor", "ask")
"""What a named role enters, and nobody computes."""
SHARED = ("accuracy_check", "network_comment")
OPEN = ("draft", *SHARED)


def answer(
    connection: Connection, edition_id: str, party: str, by_role: str, as_of: dt.datetime, kind: str, words: str = ""
) -> int:
    """Write down what the network or an organisation answers about the draft it was sent; return the entry's number.

    `kind` is comment (with its words, printed as they are), nothing_to_add or declined.
    """
    edition = _open(connection, edition_id)
    if edition["state"] not in SHARED:
        raise EditionError(f"{edition_id} was not shared yet; first: assure edition share {edition_id}")
    asked = parties(connection, edition_id)
    if party not in asked:
        raise EditionError(f"{party} was not asked about {edition_id}; asked were {', '.join(asked)}")
    if kind not in ANSWERS or (kind == "comment") != bool(words.strip()):
        raise EditionError("an answer is a comment with its words, or nothing to add, or a decline")
    return _write(connection, edition_id, kind, by_role, as_of, words=words, party=party)


def reply(connection: Connection, edition_id: str, comment: str, words: str, by_role: str, as_of: dt.datetime) -> int:
    """Reply to a comment that the edition prints, by its number there; the newest reply stands. Return the entry's."""
    _open(connection, edition_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "select challenge_id from published.pub_challenges where edition_id = %s order by 1", (edition_id,)
        )
        printed = [challenge_id for (challenge_id,) in cursor]
    if comment not in printed:
        raise EditionError(f"{edition_id} prints no comment {comment}; it prints {', '.join(printed) or 'none'}")
    return _write(connection, edition_id, "reply", by_role, as_of, words=words, answers_to=comment)


def enter(connection: Connection, edition_id: str, kind: str, words: str, by_role: str, as_of: dt.datetime) -> int:
    """Enter an opinion, a sponsor or something the committee is asked to decide, and return the entry's number."""
    if kind not in ENTERED:
        raise EditionError(f"an entry is one of {', '.join(ENTERED)}")
    _open(connection, edition_id)
    return _write(connection, edition_id, kind, by_role, as_of, words=words)


def take_back(
    connection: Connection, edition_id: str, entry_id: int, because: str, by_role: str, as_of: dt.datetime
) -> int:
    """Take an entry back, so that it is printed no longer, and return the number of the entry that says so."""
    _open(connection, edition_id)
    with connection.cursor() as cursor:
        # A correction prints what was entered into the edition it corrects.
        cursor.execute(
            "select challenge_id from published.pub_challenges where edition_id = %(id)s"
            " union select entry_id::text from published.pub_asks where edition_id = %(id)s",
            {"id": edition_id},
        )
        printed = {name for (name,) in cursor}
    printed |= {str(entry["entry_id"]) for entry in entries(connection, edition_id) if entry["is_standing"]}
    if str(entry_id) not in printed:
        raise EditionError(f"{edition_id} has no entry {entry_id} that stands; see: assure edition show {edition_id}")
    return _write(connection, edition_id, "taken_back", by_role, as_of, words=because, answers_to=str(entry_id))


def entries(connection: Connection, edition_id: str) -> list[dict]:
    """Return what was entered into an edition in order; `is_standing` is false for what was taken back.

    What a later edition takes back still stands in this one, which prints it.
    """
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select entries.*, kind <> 'taken_back' and not exists (select 1 from audit.edition_entries as later"
            " where later.kind = 'taken_back' and later.answers_to = entries.entry_id::text"
            # No edition before the one that it was entered into can print it.
            " and later.edition_id = entries.edition_id) as is_standing"
            " from audit.edition_entries as entries where edition_id = %s order by entry_id",
            (edition_id,),
        )
        return cursor.fetchall()


def _open(connection: Connection, edition_id: str) -> dict:
    """Return the edition, held so that nobody signs it off meanwhile. Raises EditionError once somebody has."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from audit.editions where edition_id = %s for update", (edition_id,))
    edition = find(connection, edition_id)
    if edition["state"] not in OPEN:
        is_now = edition["state"].replace("_", " ")
        raise EditionError(f"{edition_id} is {is_now}, and served as it was stored; enter it into the next edition")
    return edition


def _write(
    connection: Connection,
    edition_id: str,
    kind: str,
    by_role: str,
    as_of: dt.datetime,
    words: str = "",
    party: str | None = None,
    answers_to: str | None = None,
) -> int:
    if not by_role.strip():
        raise EditionError("say in which role it is entered")
    if not words.strip() and kind not in ("nothing_to_add", "declined"):
        raise EditionError("there are no words to enter")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.edition_entries"
            " (edition_id, kind, party, words, answers_to, by_role, entered_at, entered_on)"
            " values (%s, %s, %s, nullif(%s, ''), %s, %s, %s, %s) returning entry_id",
            (
                edition_id,
                kind,
                party,
                words.strip(),
                answers_to,
                by_role.strip(),
                as_of,
                as_of.astimezone(LONDON).date(),
            ),
        )
        return cursor.fetchone()[0]
