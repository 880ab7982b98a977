"""A provider's own two pages: its figures beside the region's, what it changed, who waits, what it owes, what it sent.

No other provider is named or compared. The page is for saying that something is wrong before the edition is signed off.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from report import chain, claims, owing, page_one, tables, typeset, words
from report.rows import Edition, Row
from report.tables import Table
from report.typeset import Block, Box, Facts, Grid, Heading, Paper, Points, Prose
from report.words import Code, Sentence, Words, day, say, sentence

TITLE = "Your own pages of the report"
MOST_PAGES = 2
TELL = (40, 24, 16, 12, 8, 6, 4, 3, 2, 1, 0)
REST = "The rest stands in the report, under your name."
COMMISSIONER = "icb"

Tell = Callable[[int], list[Block]]
"""A list of the page, told as far as there is room."""


def providers(edition: Edition) -> list[Row]:
    """The organisations that have a page of their own: all but the commissioner, which writes the report."""
    return [row for row in edition.organisations if row.get("organisation_kind") != COMMISSIONER]


def render(edition: Edition, organisation: Row) -> bytes:
    """Return the two pages of one organisation as PDF/UA."""
    return typeset.pdf(paper(edition, organisation))


def paper(edition: Edition, organisation: Row) -> Paper:
    """The pages with as much of each list as they hold."""

    opening = [*_if_it_is_wrong(edition), *_figures(edition, organisation)]
    lists = [list_of(edition, organisation) for list_of in (_changed, _waits, _owed, _claims, _sent)]

    def told(most: int) -> Paper:
        return Paper(
            edition=edition,
            title=TITLE,
            under=say(Words(organisation["organisation_name"]), " · ", words.quarter(edition.quarter_id)),
            banner=page_one.banner(edition),
            body=[*opening, *(block for tell in lists for block in tell(most))],
        )

    fits = bisect_left(TELL, True, hi=len(TELL) - 1, key=lambda most: typeset.page_count(told(most)) <= MOST_PAGES)
    return told(TELL[fits])


def _if_it_is_wrong(edition: Edition) -> list[Block]:
    closes = edition.facts.get("comment_closes_on")
    asked = (
        say("Say so by ", day(closes), ". Comments close then.")
        if closes and edition.facts["state"] in ("draft", "accuracy_check", "network_comment")
        else say("What is mended after an edition is signed off appears in the next one.")
    )
    said = say(
        "Tell the ICB’s data team which line it is, what your records say, and the edition, ",
        Code(edition.facts["edition_id"]),
        ". Where your file was wrong, send it again: the newer file replaces the older. ",
        asked,
    )
    return [Box([Heading("If something here is wrong"), Prose(said)])]


def _figures(edition: Edition, organisation: Row) -> list[Block]:
    """Its measures beside the region's, where either has something to count."""
    told = (tables.INFLUENCE, tables.DECLINED, tables.TOLD_BACK, tables.PROMISES, tables.ROOM)
    every = tables.Measured("own", "", list(dict.fromkeys(code for one in told for code in one.codes)))
    found = tables.measures(edition, every)
    if found is None:
        return [Heading("Your figures"), Prose("No evidence was received that a figure could be made of.")]
    place = [row["organisation_code"] for row in edition.organisations].index(organisation["organisation_code"])
    rows = [(head, [cells[place], cells[-1]]) for head, cells in found.rows]
    table = Table(every.key, every.caption, ["Measure", "You", "The region"], rows)
    return [
        Heading("Your figures"),
        Prose("The region’s figure stands beside yours to give it a measure. It is no target and no rank.", "leads"),
        Grid(table, (2.6, 1.5, 1.5)),
    ]


def _changed(edition: Edition, organisation: Row) -> Tell:
    rows = [
        (say(story.heading), [story.changed.asked_by, story.changed.different, story.changed.moved])
        for story in chain.stories(edition)
        if story.changed.change["organisation_code"] == organisation["organisation_code"]
    ]
    heads = ["What changed", "Asked by", "In place", "Measure"]
    return _listed(
        "What you changed because of what people said",
        "No change of yours in this edition was linked to a decision, made, and checked by somebody but its owner.",
        rows,
        lambda some: [Grid(Table("changed", "", heads, some), (3, 2, 1.4, 2))],
    )


def _waits(edition: Edition, organisation: Row) -> Tell:
    rows = [
        (link.said, [say(day(link.row["received_on"])), link.days_waiting or ""])
        for one, links in chain.chain(edition)
        if one["organisation_code"] == organisation["organisation_code"]
        for link in links
        if link.row["is_waiting"]
    ]
    return _listed(
        "Who waits to hear from you",
        "Nobody who wanted a reply is waiting to hear from you.",
        rows,
        lambda some: [Grid(Table("waits", "", ["What was said", "Said on", "Waiting"], some), (4, 1.4, 1.2))],
    )


def _owed(edition: Edition, organisation: Row) -> Tell:
    rows = [
        (row, about)
        for one, found in tables.findings(edition)
        if one["organisation_code"] == organisation["organisation_code"]
        for row, about in found
        if row["kind"] not in claims.KINDS
    ]
    return _listed("What you are to put right", "Nothing found to put right.", rows, owing.owed)


def _listed(title: str, none: str, rows: Sequence, shown: Callable[[Sequence], list[Block]]) -> Tell:
    """A list under its heading that tells as much of itself as it is asked to, and says where the rest stands."""

    def tell(most: int) -> list[Block]:
        if not rows:
            return [Heading(title), Prose(none)]
        some = shown(rows[:most]) if rows[:most] else []
        return [Heading(title), *some, *([Prose(REST, "quiet")] if rows[most:] else [])]

    return tell


def _claims(edition: Edition, organisation: Row) -> Tell:
    """Where what is said of it stands above what the records show."""
    found = [
        row
        for row in edition.findings
        if row["organisation_code"] == organisation["organisation_code"] and row["kind"] in claims.KINDS
    ]
    lines: list[Sentence] = []
    for row in found:
        line = say(Words(row["finding_words"]))
        if line not in lines:
            lines.append(line)
    tell = _listed("Where a claim stands above what the records show", "", lines, lambda some: [Points(some)])
    return tell if lines else lambda most: []


def _sent(edition: Edition, organisation: Row) -> Tell:
    every = owing.returns(edition, organisation)
    if not every:
        return _listed("What you sent", "No returns were due from you this quarter.", every, lambda some: [])
    covered = tables.measured(edition, "data_coverage", organisation["organisation_code"])

    def tell(most: int) -> list[Block]:
        lines = owing.returns(edition, organisation, most) if most else []
        return [
            Heading("What you sent"),
            Facts([("Returns that were due and came", covered)]),
            *([Points([sentence(line) for line in lines])] if lines else []),
            *([Prose(REST, "quiet")] if lines != every else []),
        ]

    return tell
