"""What people say of an edition and what a committee is asked, as the board paper tells it."""

from __future__ import annotations

from report import board_annex, voices, words
from report.rows import Edition, Row
from report.typeset import Block, Grid, Heading, Points, Prose, Quote
from report.words import Sentence, Words, day, say

TITLE = "What the network says about this report"


def network(edition: Edition, most: int) -> tuple[list[Block], list[Block]]:
    """Comments and replies, as many as the pages hold; the rest, and who was sent the draft, for the annex."""
    told = [
        (heading if place == 0 else "", _comment(row))
        for heading, rows in voices.comments(edition)
        for place, row in enumerate(rows)
    ]
    body: list[Block] = [Heading(TITLE), Prose(voices.answer_of_the_network(edition))]
    if not told:
        body.append(Prose("No comments have been recorded in this edition."))
    body += _in_order(told[:most])
    rest = _in_order(told[most:])
    if rest:
        body.append(Prose(board_annex.REST if most else "All comments and replies stand in the annex.", "quiet"))
    asked = voices.answers(edition)
    annex = [*rest, *([Grid(asked, (2.4, 1.6, 1.4, 2))] if asked else [])]
    return body, [Heading(TITLE), *annex] if annex else []


def to_decide(edition: Edition) -> list[Block]:
    """What the committee is asked, the opinion and the sponsor, each entered by a named role."""
    blocks: list[Block] = [Heading("For the committee to decide")]
    asks = voices.of_kind(edition, "ask")
    blocks.append(
        Points([_entered(row) for row in asks]) if asks else Prose("Nobody has entered a question for the committee.")
    )
    for kind, heading, missing in voices.ENTERED:
        found = voices.of_kind(edition, kind)
        blocks += [Heading(heading, 2), *(Prose(_entered(row)) for row in found)]
        if not found:
            blocks.append(Prose(missing))
    return blocks


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


def _entered(row: Row) -> Sentence:
    return say(
        Words(row["words"]),
        " (",
        Words(words.lowered(row["entered_by_role"])),
        ", ",
        day(row["entered_on"]),
        ")",
    )
