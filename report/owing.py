"""What an organisation still owes and what it has not sent, as the board paper and its own two pages list it."""

from __future__ import annotations

from collections.abc import Iterable

from report import words
from report.rows import Edition, Row
from report.typeset import Block, Points, Prose
from report.words import Sentence, Words, day, say, sentence


def owed(rows: Iterable[tuple[Row, Sentence | None]]) -> list[Block]:
    """What is to be put right, one kind of thing after the other; each kind is told once, and then what it is about."""
    kinds: dict[tuple[str, str], list[object]] = {}
    for row, about in rows:
        since = say("Since ", day(row["since_on"])) if row["since_on"] else say("No date is recorded")
        told = say(since, ": ", about) if about else sentence(since)
        kinds.setdefault((row["kind"], row["finding_words"]), []).append(told)
    return [block for (_, said), items in kinds.items() for block in (Prose(say(Words(said)), "leads"), Points(items))]


def returns(edition: Edition, organisation: Row, most: int | None = None) -> list[Sentence]:
    """The returns of the quarter of one organisation that did not simply come, in words; one line if all came.

    At most so many are named of each kind.
    """
    mine = [
        row
        for row in edition.coverage
        if row["organisation_code"] == organisation["organisation_code"] and row["quarter_id"] == edition.quarter_id
    ]
    due = [row for row in mine if row["state"] not in ("no_agreement", "not_due")]
    name = Words(organisation["organisation_name"])
    odd: dict[str, list[object]] = {}
    for row in sorted(due, key=lambda row: (row["state_label"], row["feed"], row["period_start_on"])):
        if row["state"] != "received":
            feed = Words(words.lowered(row["feed"].replace("_", " ")))
            odd.setdefault(row["state_label"], []).append(say(feed, " for ", words.month(row["period_end_on"])))
    if not due:
        return []
    if not odd:
        return [say(name, ": every return that was due came.")]
    return [
        say(name, ": ", words.lowered(state), ": ", words.listed(_first(found, most)), ".")
        for state, found in odd.items()
    ]


def _first(found: list[object], most: int | None) -> list[object]:
    return found if most is None or len(found) <= most else [*found[:most], "others"]
