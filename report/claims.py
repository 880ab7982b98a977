"""Tell where an organisation's own account stands above what its records or its members say, claim by claim."""

from __future__ import annotations

from report import tables
from report.rows import Edition, Row
from report.words import Sentence, Words, listed, paragraph, sentence

# A finding of these kinds holds what somebody says of their own work against what else is known of it.
KINDS = ("claimed_above_records", "told_back_disputed")


def claims(edition: Edition) -> list[tuple[Row, list[Row]]]:
    """Each organisation one of whose claims stands above what else is known, in alphabetical order, with its claims."""
    found = [(one, [row for row, _ in rows if row["kind"] in KINDS]) for one, rows in tables.findings(edition)]
    return [(one, rows) for one, rows in found if rows]


def shortly(edition: Edition) -> Sentence:
    """Whose claims they are, in one sentence."""
    found = [Words(one["organisation_name"]) for one, _ in claims(edition)]
    if not found:
        return paragraph(
            sentence("nothing in this edition shows a claim that stands above what the records say"),
            sentence("a claim that no record could test stays untested"),
        )
    return sentence("at ", listed(found), ", what is claimed stands above what the records or the members say")
