"""What was expected, and what each organisation and the region could show of it: a matrix of signs, and what is behind.

Nothing here is added up, and nobody is ranked: organisations stand in alphabetical order after the region, and what
nobody sent is told as that, never as a fault. From a sign the way leads to the figures that decided it, their measure's
definition, its chart, and the rows it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from report import chain, series, tables, words
from report.rows import NO_BREAKDOWN, REGION, Edition, Figure, Row
from report.tables import Table
from report.words import Code, Number, Sentence, Words, number, out_of, say

# A sign for each status, different in shape; the words come published.
SIGNS = {
    "met": "●",
    "partly_evidenced": "◐",
    "not_met": "△",
    "shown": "◆",
    "withheld": "■",
    "too_early": "▷",
    "too_few_to_say": "◇",
    "not_applicable": "□",
    "no_evidence_received": "○",
    "no_agreement": "–",
}
BASIS = {"recorded": "Rows that were sent", "declared": "The organisation's own count", "none": "–"}
BASIS_OF_THE_REGION = BASIS | {"declared": "Rows that were sent, and organisations' own counts"}


@dataclass(frozen=True)
class Way:
    """A way to another place of the page."""

    to: str
    said: Words | str

    def __str__(self) -> str:
        return str(self.said)

    def __html__(self) -> str:
        return f'<a href="#{escape(self.to)}">{escape(self.said)}</a>'


@dataclass(frozen=True)
class Cell:
    """What one organisation could show of one expectation, as a sign and in words."""

    status: str
    sign: str
    label: str


@dataclass(frozen=True)
class Expectation:
    """One expectation: a cell for each column of the matrix, None where it is not asked, and what is behind them.

    `rows` tells of each who is asked, `by_measure` the figures of every measure where several answer.
    """

    key: str
    code: Code
    asked: Sentence
    asked_of: str
    told_of: Sentence | None
    measures: Sequence[Way]
    same_as: Code | None
    cells: Sequence[Cell | None]
    rows: Table | None
    by_measure: Table | None


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
    labels = {row["status"]: row["status_label"] for row in edition.evidence}
    return Matrix(
        heads=[say("The region"), *(say(Words(one["organisation_name"])) for one in edition.organisations)],
        expectations=[
            _expectation(edition, row, of_expectation.get(row["expectation_id"], {}), columns)
            for row in edition.expectations
        ],
        legend=[(sign, labels[status]) for status, sign in SIGNS.items() if status in labels],
    )


def _expectation(edition: Edition, row: Row, found: Mapping[str, Row], columns: Sequence[str]) -> Expectation:
    code = row["expectation_id"]
    shown = [found[column] for column in columns if column in found]
    measures = _listed(row["measure_codes"])
    return Expectation(
        key=f"expectation-{code}",
        code=Code(code),
        asked=say(Words(row["expectation"])),
        asked_of=row["asked_of_label"],
        told_of=_told_of(edition, shown),
        measures=[
            _definition(edition, one["measure_code"]) for one in edition.measures if one["measure_code"] in measures
        ],
        same_as=Code(row["same_as"]) if row["same_as"] else None,
        cells=[_cell(found[column]) if column in found else None for column in columns],
        rows=_rows(edition, code, shown) if shown else None,
        by_measure=_by_measure(edition, code, shown),
    )


def _listed(codes: str | None) -> list[str]:
    return codes.split(";") if codes else []


def _cell(row: Row) -> Cell:
    return Cell(row["status"], SIGNS[row["status"]], row["status_label"])


def _told_of(edition: Edition, shown: Sequence[Row]) -> Sentence | None:
    """Said where it is not the report's own quarter."""
    quarters = {row["quarter_id"] for row in shown} - {edition.quarter_id}
    if not quarters:
        return None
    return say(
        "Told of ",
        words.quarter(max(quarters)),
        ", the latest quarter whose decisions were followed for long enough to be judged.",
    )


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
                    _of_what(edition, row),
                    _held_against(row),
                    _rests_on(edition, row),
                ],
            )
            for row in shown
        ],
    )


def _by_measure(edition: Edition, code: str, shown: Sequence[Row]) -> Table | None:
    """What each measure came to at each who is asked, where several answer: the status says it of one of them."""
    codes = list(dict.fromkeys(one for row in shown for one in _listed(row["measure_codes"])))
    if len(codes) < 2:
        return None
    return Table(
        f"measures-{code}",
        say("Every measure that answers ", Code(code)),
        ["Measure", *(say(Words(row["organisation_name"])) for row in shown)],
        [
            (
                _definition(edition, one),
                [_of_measure(edition, one, _whose_figures(row, one), row["quarter_id"]) for row in shown],
            )
            for one in codes
        ],
    )


def _whose_figures(row: Row, code: str) -> str | None:
    """Whose figures answer for one measure: of a region that is pooled anew for it, nobody's."""
    if row["measures_figures_of"] is None:
        return row["figures_of"]
    found = dict(zip(_listed(row["measure_codes"]), row["measures_figures_of"].split(";"), strict=True))
    return found.get(code) or None


def _definition(edition: Edition, code: str) -> Way:
    return Way(f"measure-{code}", Words(edition.measure_name(code)))


def _of_measure(edition: Edition, code: str, organisation_code: str | None, quarter_id: str) -> Sentence | str:
    found = {
        figure.statistic: figure
        for figure in edition.of_measure(code, organisation_code=organisation_code, quarter_id=quarter_id)
        if figure.period_kind == "quarter"
        and figure.service_id is None
        and figure.subject_id is None
        and figure.breakdown_code in NO_BREAKDOWN
    }
    if not found and not any(one["measure_code"] == code and one["section"] for one in edition.measures):
        return "not printed, to protect people"
    if organisation_code is None:
        return "–"
    numerator, denominator = (found.pop(part, None) for part in ("numerator", "denominator"))
    value = next((figure for statistic, figure in found.items() if statistic not in ("lower", "upper")), None)
    return told(code, numerator, denominator, value)


def _status(edition: Edition, row: Row) -> Sentence:
    reach = whose = missing = None
    if row["organisation_code"] == REGION:
        sent, asked = (
            next(iter(edition.of_measure("evidence", statistic, breakdown_code=row["expectation_id"])), None)
            for statistic in ("numerator", "denominator")
        )
        reach = say(" ", number(sent), " of ", number(asked), " asked sent evidence.") if sent and asked else None
        if row["figures_of"] not in (None, REGION):
            whose = say(" It is asked of the commissioner alone, and the figures are the commissioner's own.")
    if row["missing_measure_codes"] and row["status"] in ("partly_evidenced", "withheld"):
        names = [Words(edition.measure_name(code)) for code in _listed(row["missing_measure_codes"])]
        missing = say(" No answer yet: ", words.listed(names, between="; ", last="; "), ".")
    return say(
        row["status_label"], ".", f" {row['reason_words']}" if row["reason_words"] else None, missing, whose, reach
    )


def _figures(edition: Edition, row: Row) -> Sentence | str:
    if row["reason_code"] == "small_group":
        return "–"
    parts = (
        edition.figure(row[f"{part}_figure_id"]) if row[f"{part}_figure_id"] else None
        for part in ("numerator", "denominator", "value")
    )
    return told(row["measure_code"], *parts)


def told(code: str, numerator: Figure | None, denominator: Figure | None, value: Figure | None) -> Sentence | str:
    """A measure's figures in its own unit: 25 of 40 · 62% of 140 · 12.5 per 1,000 bed days · £37 per £100 spent."""
    if not (numerator or denominator or value):
        return "–"
    if value is None or value.unit == "share of 1":
        if code in tables.TOLD_BACK.codes and words.known(value) and words.known(denominator):
            return say(number(value), " of ", number(denominator))
        return out_of(numerator, denominator, value)
    if not words.known(value):
        return say(number(value))
    if "£" not in value.unit:
        return say(number(value), " ", Words(value.unit))
    in_pounds = Number(value, "£" + words.plain(value.value, value.decimals))
    return say(in_pounds, " ", Words(value.unit.removeprefix("£ ")))


def _of_what(edition: Edition, row: Row) -> Sentence | str:
    """The measure, which leads to its definition, and the chart of whoever the figures are of, where there is one."""
    code = row["measure_code"]
    if not code:
        return "–"
    charted = next(
        (
            one
            for one in edition.series
            if (one["measure_code"], one["organisation_code"]) == (code, row["figures_of"]) and not one["service_id"]
        ),
        None,
    )
    return say(
        _definition(edition, code), say(" (", Way(series.key_of(charted), "its chart"), ")") if charted else None
    )


def _held_against(row: Row) -> Sentence | str:
    if not row["threshold_words"]:
        return "Nothing is set"
    owner = Words(row["threshold_owner"]) if row["threshold_owner"] else "suggested, not agreed here"
    return say(Words(row["threshold_words"]), " (", owner, ")")


def _rests_on(edition: Edition, row: Row) -> Sentence | str:
    """What was sent, and the way to its rows: each thing said and what became of it, or what came in of whom."""
    is_region = row["organisation_code"] == REGION
    basis = (BASIS_OF_THE_REGION if is_region else BASIS)[row["evidence_basis"]]
    if row["evidence_basis"] == "none" or not row["measure_code"]:
        return basis
    records = next(
        (_listed(one["source_records"]) for one in edition.measures if one["measure_code"] == row["measure_code"]), []
    )
    if not set(chain.RECORDS) & set(records):
        way = Way("data", "what came in")
    else:
        way = Way("chain" if is_region else f"chain-{row['organisation_code']}", "each thing said")
    return say(basis, ": ", way)
