"""The annex of a board paper: every measure organisation by organisation, how to read it all, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import guide, tables, words
from report.rows import REGION, Edition, Row
from report.tables import Table
from report.typeset import Block, Facts, Grid, Heading, Prose
from report.words import Code, Sentence, Words, say, sentence

REST = "The rest stands in the annex."
ALL = "What is listed here stands in the annex."


def side_by_side(edition: Edition) -> list[Block]:
    """Every measure with each organisation in alphabetical order, never added up."""
    found = [
        tables.measures(edition, tables.INFLUENCE),
        tables.measures(edition, tables.DECLINED),
        tables.measures(edition, tables.TOLD_BACK),
        tables.counts(edition, tables.ENDED),
        tables.measures(edition, tables.PROMISES),
        tables.measures(edition, tables.ROOM),
        tables.measures(edition, tables.COVERED),
        tables.counts(edition, tables.ACTIVITY),
    ]
    turned = [_by_organisation(table) for table in found if table]
    return [Heading("Organisation by organisation"), *turned] if turned else []


def how_to_read(edition: Edition) -> list[Block]:
    """Charts, words and measures as they are meant, how people are protected, and what is expected."""
    return [*_definitions(edition), *_expectations(edition)]


def elsewhere(shown: Sequence, rest: Sequence, where_all_of_it: str = ALL) -> list[Block]:
    """The line that says where to find what the pages have no room for."""
    return [Prose(REST if shown else where_all_of_it, "quiet")] if rest else []


def _definitions(edition: Edition) -> list[Block]:
    blocks: list[Block] = [
        Heading("How to read this paper"),
        Heading("Charts", 2),
        Prose(guide.CHARTS),
        Prose("The numbers behind each chart stand in the report’s own page, and with them every other measure."),
        Heading("Words", 2),
        Facts(guide.GLOSSARY),
        Heading("How people are protected", 2),
        Prose(guide.PROTECTION),
        Heading("Where this comes from", 2),
        Prose(guide.SOURCES),
    ]
    measures = [row for row in edition.measures if not edition.is_of_annex(row["measure_code"])]
    if measures:
        rows = [
            (
                Words(row["plain_name"]),
                [
                    say(Words(words.opened(row["numerator"])), ", out of ", Words(row["denominator"]), "."),
                    say(Words(words.opened(row["clock"] or ""))),
                    tables.against(row),
                ],
            )
            for row in measures
        ]
        heads = ["Measure", "How it is counted", "When", "Held against"]
        blocks.append(Grid(Table("definitions", "How each measure is counted", heads, rows), (1.6, 3, 1.6, 1.8)))
    return blocks


def _expectations(edition: Edition) -> list[Block]:
    """Each expectation, and where evidence is published what each organisation could show of it, never added up."""
    if not edition.expectations:
        return []
    found: dict[str, dict[str, Row]] = {}
    for row in edition.evidence:
        found.setdefault(row["expectation_id"], {})[row["organisation_code"]] = row
    rows = [
        (
            Code(row["expectation_id"]),
            [
                say(Words(row["expectation"])),
                say(Words(row["asked_of_label"])),
                *([_shown(edition, found.get(row["expectation_id"], {}))] if found else []),
            ],
        )
        for row in edition.expectations
    ]
    blocks: list[Block] = [
        Heading("What is expected"),
        Prose("Expectations answered are never added up, and nobody is ranked.", "leads"),
    ]
    if not found:
        heads = ["Code", "What is expected", "Asked of"]
        return [*blocks, Grid(Table("expectations", "What is expected, and of whom", heads, rows), (0.6, 5, 2))]
    names = [(Code(one["organisation_code"]), Words(one["organisation_name"])) for one in edition.organisations]
    heads = ["Code", "What is expected", "Asked of", "What could be shown"]
    caption = "What is expected, and what the region and each organisation asked could show"
    return [
        *blocks,
        Prose("In the table organisations stand by their codes, in alphabetical order of their names:", "leads"),
        Facts(names),
        Grid(Table("expectations", caption, heads, rows), (0.6, 2.8, 1.2, 2.8)),
    ]


def _shown(edition: Edition, found: Mapping[str, Row]) -> Sentence | str:
    """The region: shown. Met: AB1 and AB3. No evidence received: AB2."""
    if not found:
        return "Nobody is asked"
    alike: dict[str, list[Code]] = {}
    for one in edition.organisations:
        if one["organisation_code"] in found:
            label = found[one["organisation_code"]]["status_label"]
            alike.setdefault(label, []).append(Code(one["organisation_code"]))
    region = found.get(REGION)
    return words.paragraph(
        sentence("the region: ", words.lowered(region["status_label"])) if region else None,
        *(sentence(label, ": ", words.listed(codes)) for label, codes in alike.items()),
    )


def _by_organisation(table: Table) -> Grid:
    """A table turned on its side: a line for each organisation, so that there may be any number of them."""
    rows = [(name, [cells[place] for _, cells in table.rows]) for place, name in enumerate(table.heads[1:])]
    heads = ["Organisation", *(head for head, _ in table.rows)]
    return Grid(Table(table.key, table.caption, heads, rows), (2, *([1.2] * len(table.rows))))
