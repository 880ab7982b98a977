"""The annex of a board paper: every measure organisation by organisation, how to read it all, and what is expected."""

from __future__ import annotations

from report import guide, tables, words
from report.rows import Edition
from report.tables import Table
from report.typeset import Block, Facts, Grid, Heading, Prose
from report.words import Words, say


def side_by_side(edition: Edition) -> list[Block]:
    """Every measure with each organisation in alphabetical order, never added up."""
    found = [
        tables.measures(edition, "influence", tables.INFLUENCE, "Influence"),
        tables.measures(edition, "declined", tables.DECLINED, "Declined or put off"),
        tables.measures(edition, "told", tables.TOLD_BACK, "Told back in time, over the last four quarters"),
        tables.counts(edition, "ends", tables.ENDED, "Where things said stand", "Where it stands"),
        tables.measures(edition, "kept", tables.PROMISES, "Promises"),
        tables.measures(edition, "room", tables.ROOM, "Who was in the room and how"),
        tables.measures(edition, "covered", ("data_coverage",), "Returns that were due and came"),
        tables.counts(edition, "activity", tables.ACTIVITY, "Activity, which is not influence", "What"),
    ]
    turned = [_by_organisation(table) for table in found if table]
    return [Heading("Organisation by organisation"), *turned] if turned else []


def how_to_read(edition: Edition) -> list[Block]:
    """Charts, words and measures as they are meant, how people are protected, and what is expected."""
    return [*_definitions(edition), *_expectations(edition)]


def _definitions(edition: Edition) -> list[Block]:
    blocks: list[Block] = [
        Heading("How to read this paper"),
        Heading("Charts", 2),
        Prose(guide.CHARTS),
        Prose("The numbers behind each chart stand in the report’s own page."),
        Heading("Words", 2),
        Facts(guide.GLOSSARY),
        Heading("How people are protected", 2),
        Prose(guide.PROTECTION),
        Heading("Where this comes from", 2),
        Prose(guide.SOURCES),
    ]
    if edition.measures:
        rows = [
            (
                Words(row["plain_name"]),
                [
                    say(Words(words.opened(row["numerator"])), ", out of ", Words(row["denominator"]), "."),
                    say(Words(words.opened(row["clock"] or ""))),
                    tables.against(row),
                ],
            )
            for row in edition.measures
        ]
        heads = ["Measure", "How it is counted", "When", "Held against"]
        blocks.append(Grid(Table("definitions", "How each measure is counted", heads, rows), (1.6, 3, 1.6, 1.8)))
    return blocks


def _expectations(edition: Edition) -> list[Block]:
    expected = tables.expectations(edition)
    if not expected:
        return []
    return [
        Heading("What is expected"),
        Prose("Expectations answered are never added up, and nobody is ranked."),
        Grid(expected, (0.6, 3.4, 1.4, 3)),
    ]


def _by_organisation(table: Table) -> Grid:
    """A table turned on its side: a line for each organisation, so that there may be any number of them."""
    rows = [(name, [cells[place] for _, cells in table.rows]) for place, name in enumerate(table.heads[1:])]
    heads = ["Organisation", *(head for head, _ in table.rows)]
    return Grid(Table(table.key, table.caption, heads, rows), (2, *([1.2] * len(table.rows))))
