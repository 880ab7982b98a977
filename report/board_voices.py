"""What people say of an edition and what a committee is asked, as the board paper tells it."""

from __future__ import annotations

from report import board_annex, voices, words
from report.rows import Edition, Row
from report.sections import NETWORK, TO_DECIDE
from report.typeset import Block, Grid, Heading, Points, Prose, Quote
from report.words import Sentence, Words, day, say

# Half a question cannot be answered: what is entered is not cut, and stands in the annex where it is longer than this
# for each piece of a list that the pages have room for.
WORDS_FOR_EACH = 100


def network(edition: Edition, most: int) -> tuple[list[Block], list[Block]]:
    """Comments and replies, as many as the pages hold; the rest, and who was sent the draft, for the annex."""
    told = [
        (heading if place == 0 else "", _comment(row))
        for heading, rows in voices.comments(edition)
        for place, row in enumerate(rows)
    ]
    body: list[Block] = [Heading(NETWORK.title), Prose(voices.answer_of_the_network(edition))]
    if not told:
        body.append(Prose(NETWORK.none))
    body += _in_order(told[:most])
    rest = _in_order(told[most:])
    body += board_annex.elsewhere(told[:most], rest, "All comments and replies stand in the annex.")
    asked = voices.answers(edition)
    annex = [*rest, *([Grid(asked, (2.4, 1.6, 1.4, 2))] if asked else [])]
    return body, [Heading(NETWORK.title), *annex] if annex else []


def to_decide(edition: Edition, most: int) -> tuple[list[Block], list[Block]]:
    """What the committee is asked, the opinion and the sponsor, each by a named role; what is long for the annex."""
    body: list[Block] = [Heading(TO_DECIDE.title), Prose(TO_DECIDE.said, "leads")]
    annex: list[Block] = []
    asks = ("ask", "What is asked", TO_DECIDE.none)
    for kind, heading, missing in (asks, *voices.ENTERED):
        found = voices.of_kind(edition, kind)
        shown = [row for row in found[:most] if len(row["words"].split()) <= most * WORDS_FOR_EACH]
        rest = [row for row in found if row not in shown]
        body += [] if kind == "ask" else [Heading(heading, 2)]
        body += _entered(kind, shown) if found else [Prose(missing)]
        body += board_annex.elsewhere(shown, rest, "It stands in the annex." if len(rest) == 1 else board_annex.ALL)
        if rest:
            annex += [Heading(heading, 2), *_entered(kind, rest)]
    return body, [Heading(TO_DECIDE.title), *annex] if annex else []


def _in_order(told: list[tuple[str, list[Block]]]) -> list[Block]:
    return [block for heading, blocks in told for block in ([Heading(heading, 2)] if heading else []) + blocks]


def _comment(row: Row) -> list[Block]:
    said = say(Words(row["comment"], is_quoted=True)) if row["comment"] else _unprinted(row, "comment")
    if not (row["reply"] or row["replied_on"]):
        return [Quote(said, voices.whose(row)), Prose("Waiting for a reply.")]
    reply = say(
        "Reply",
        say(" by the ", Words(words.lowered(row["replied_by_role"]))) if row["replied_by_role"] else None,
        say(", ", day(row["replied_on"])) if row["replied_on"] else None,
        ": ",
        Words(row["reply"]) if row["reply"] else _unprinted(row, "reply"),
    )
    became = [Prose(voices.came_of_it(row), "quiet")] if row["outcome_label"] or row["promised_action_id"] else []
    return [Quote(said, voices.whose(row)), Prose(reply), *became]


def _unprinted(row: Row, column: str) -> Sentence:
    return words.public(None, row[f"{column}_words_state"])


def _entered(kind: str, rows: list[Row]) -> list[Block]:
    said = [
        say(Words(row["words"]), " (", Words(words.lowered(row["entered_by_role"])), ", ", day(row["entered_on"]), ")")
        for row in rows
    ]
    return ([Points(said)] if said else []) if kind == "ask" else [Prose(one) for one in said]
