"""List what an earlier edition printed and this one prints otherwise: the figure, what it was, what it is, and why."""

from __future__ import annotations

from report import words
from report.rows import FIGURE_COLUMNS, REGION, Edition, Figure, Row
from report.tables import Table
from report.words import Before, Code, Sentence, Words, number, paragraph, say, sentence

# What a number is, beside the name of its measure.
STATISTICS = {
    "count": "count",
    "numerator": "those that were",
    "denominator": "out of how many",
    "share": "share",
    "rate_per_100": "rate",
    "rate_per_1000": "rate",
    "median_days": "median days",
    "days": "days",
    "value": "the month’s value",
}


def in_words(edition: Edition) -> Sentence:
    """Whether anything was restated, and of which edition; or that nobody can tell."""
    former, compared = (edition.facts.get(name) for name in ("former_edition_id", "compared_with_edition_id"))
    if edition.restatements:
        before = sorted({row["printed_in_edition_id"] for row in edition.restatements})
        return paragraph(
            sentence("these figures stood otherwise in ", words.listed([Code(one) for one in before])),
            sentence("this edition was not compared with ", Code(former)) if former and former not in before else None,
        )
    if not former:
        return sentence("there is no earlier edition that can be relied on")
    if compared is None:
        unknown = "; no comparison with it is recorded"
        return sentence("no figure is listed as restated since ", Code(former), unknown)
    if compared != former:
        return sentence("no figure is listed as restated: this edition was not compared with ", Code(former))
    return sentence("nothing in ", Code(former), " that this edition prints again is printed otherwise")


def restated(edition: Edition) -> Table | None:
    """The figures by organisation in alphabetical order, the region last, each with its reason."""
    if not edition.restatements:
        return None
    rows = sorted(edition.restatements, key=lambda row: _place(edition, row))
    return Table(
        "restated",
        "Printed otherwise than before, and why",
        ["Figure", "Of", "When", "Was", "Is", "Why"],
        [
            (
                say(Words(words.opened(_name(edition, row))), ", ", STATISTICS.get(row["statistic"], "value")),
                [
                    _whose(edition, row),
                    _when(row),
                    was(row),
                    _is(edition, row),
                    Words(words.opened(row["reason_words"])),
                ],
            )
            for row in rows
        ],
    )


def was(row: Row) -> Before:
    """The figure as the earlier edition printed it."""
    known = {name: row[name] for name in FIGURE_COLUMNS if name in row and row[name] is not None}
    figure = Figure(**known | {"value": row["value_before"], "value_state": row["value_state_before"]})
    return Before(row["printed_in_edition_id"], number(figure))


def _is(edition: Edition, row: Row) -> object:
    figure = edition.figure(row["figure_id"])
    return "no longer printed" if figure is None else number(figure)


def _place(edition: Edition, row: Row) -> tuple:
    is_region = row["organisation_code"] == REGION
    name = row["organisation_name"] or row["organisation_code"]
    return is_region, name, row["service_name"] or "", _name(edition, row), row["period_start_on"], row["figure_id"]


def _name(edition: Edition, row: Row) -> str:
    return row["plain_name"] or edition.measure_name(row["measure_code"])


def _whose(edition: Edition, row: Row) -> Sentence:
    if row["organisation_code"] == REGION:
        return say("The region")
    whole = Words(row["organisation_name"] or edition.organisation_name(row["organisation_code"]))
    return say(Words(row["service_name"] or row["service_id"]), ", ", whole) if row["service_id"] else say(whole)


def _when(row: Row) -> object:
    if row["period_kind"] == "month":
        return words.month_in_short(row["period_start_on"])
    return words.quarter_in_short(row["period_start_on"])
