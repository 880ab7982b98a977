"""What was expected, and what each organisation and the region could show of it: a matrix of signs, and what is behind.

Nothing here is added up, and nobody is ranked: organisations stand in alphabetical order after the region, and what
nobody sent is told as that, never as a fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from report import tables, words
from report.rows import REGION, Edition, Row
from report.tables import Table
from report.words import Code, Sentence, Words, number, out_of, say

# A sign for each status, different in shape; the words come published.
SIGNS = {
    "met": "●",
    "partly_evidenced": "◐",
    "not_met": "△",
    "shown": "◆",
    "too_early": "▷",
    "too_few_to_say": "◇",
    "not_applicable": "□",
    "no_evidence_received": "○",
    "no_agreement": "–",
}
LEGEND = {
    "met": "met what was agreed",
    "partly_evidenced": "part of the evidence is there",
    "not_met": "not met yet",
    "shown": "shown; nothing agreed to hold it against, or too small to print",
    "too_early": "too early to judge",
    "too_few_to_say": "too few to say",
    "not_applicable": "nothing to count",
    "no_evidence_received": "no evidence received",
    "no_agreement": "no agreement to send it",
}
BASIS = {"recorded": "Rows that were sent", "declared": "The organisation's own count", "none": "–"}


@dataclass(frozen=True)
class Cell:
    """What one organisation could show of one expectation, as a sign and in words."""

    status: str
    sign: str
    label: str


@dataclass(frozen=True)
class Expectation:
    """One expectation: a cell for each column of the matrix, None where it is not asked, and the table of its rows."""

    key: str
    code: Code
    asked: Sentence
    asked_of: str
    measures: Sequence[Row]
    same_as: Code | None
    cells: Sequence[Cell | None]
    rows: Table | None


@dataclass(frozen=True)
class Matrix:
    """The expectations of an edition, the heads of their cells, and the signs that stand in them with their words."""

    heads: Sequence[Sentence]
    expectations: Sequence[Expectation]
    legend: Sequence[tuple[str, str]]


def matrix(edition: Edition) -> Matrix | None:
    """Everything that is expected. None where an edition has no evidence, as those of before it was printed."""
    if not edition.evidence:
        return None
    of_expectation: dict[str, dict[str, Row]] = {}
    for row in edition.evidence:
        of_expectation.setdefault(row["expectation_id"], {})[row["organisation_code"]] = row
    columns = [REGION, *(one["organisation_code"] for one in edition.organisations)]
    told = [
        _expectation(edition, row, of_expectation.get(row["expectation_id"], {}), columns)
        for row in edition.expectations
    ]
    statuses = {cell.status for one in told for cell in one.cells if cell}
    return Matrix(
        heads=[say("The region"), *(say(Words(one["organisation_name"])) for one in edition.organisations)],
        expectations=told,
        legend=[(sign, LEGEND[status]) for status, sign in SIGNS.items() if status in statuses],
    )


def _expectation(edition: Edition, row: Row, found: Mapping[str, Row], columns: Sequence[str]) -> Expectation:
    code = row["expectation_id"]
    codes = (row["measure_codes"] or "").split(";")
    shown = [found[column] for column in columns if column in found]
    return Expectation(
        key=f"expectation-{code}",
        code=Code(code),
        asked=say(Words(row["expectation"])),
        asked_of=row["asked_of_label"],
        measures=[one for one in edition.measures if one["measure_code"] in codes],
        same_as=Code(row["same_as"]) if row["same_as"] else None,
        cells=[_cell(found[column]) if column in found else None for column in columns],
        rows=_rows(edition, code, shown) if shown else None,
    )


def _cell(row: Row) -> Cell:
    return Cell(row["status"], SIGNS[row["status"]], row["status_label"])


def _rows(edition: Edition, code: str, shown: Sequence[Row]) -> Table:
    """One line for the region and each organisation asked: the status, and the figures that decided it."""
    return Table(
        f"evidence-{code}",
        say("What could be shown of ", Code(code)),
        ["Of", "What could be shown", "Figures", "Of what", "Held against", "Rests on"],
        [
            (
                say(Words(row["organisation_name"])),
                [
                    _status(edition, row),
                    _figures(edition, row),
                    say(Words(edition.measure_name(row["measure_code"]))) if row["measure_code"] else "–",
                    _held_against(row),
                    BASIS[row["evidence_basis"]],
                ],
            )
            for row in shown
        ],
    )


def _status(edition: Edition, row: Row) -> Sentence:
    reach = None
    if row["organisation_code"] == REGION:
        sent, asked = (
            next(iter(edition.of_measure("evidence", statistic, breakdown_code=row["expectation_id"])), None)
            for statistic in ("numerator", "denominator")
        )
        reach = say(" ", number(sent), " of ", number(asked), " asked sent evidence.") if sent and asked else None
    return say(row["status_label"], ".", f" {row['reason_words']}" if row["reason_words"] else None, reach)


def _figures(edition: Edition, row: Row) -> Sentence | str:
    numerator, denominator, value = (
        edition.figure(row[f"{part}_figure_id"]) if row[f"{part}_figure_id"] else None
        for part in ("numerator", "denominator", "value")
    )
    if not (numerator or denominator or value):
        return "–"
    if row["measure_code"] in tables.TOLD_BACK and words.known(value) and words.known(denominator):
        return say(number(value), " of ", number(denominator))
    if value is not None and value.unit == "share of 1":
        return out_of(numerator, denominator, value)
    if value is None:
        return out_of(numerator, denominator)
    return (
        say(number(value), " ", Words(value.unit)) if words.known(value) and value.unit != "gbp" else say(number(value))
    )


def _held_against(row: Row) -> Sentence | str:
    if not row["threshold_words"]:
        return "Nothing is set"
    owner = Words(row["threshold_owner"]) if row["threshold_owner"] else "suggested, not agreed here"
    return say(Words(row["threshold_words"]), " (", owner, ")")
