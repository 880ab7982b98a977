"""Turn published series into charts: a finding as the title, a description in words, the drawing, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from report import charts, words
from report.rows import Edition, Figure, Row
from report.tables import ACCESS, RESTRICTIVE, Table, anchor
from report.words import Code, Sentence, Words, day, listed, number, say, sentence


@dataclass(frozen=True)
class Chart:
    """One chart: a finding as its title, its description, the drawing when there is one, and its numbers as a table."""

    key: str
    title: Sentence
    described: Sentence
    drawing: charts.Drawing | None
    table: Table | None
    organisation_code: str | None = None


# Charts


def other_measures(edition: Edition, is_of_annex: bool) -> list[str]:
    """Charted measures that no section names: those of people's experience, or those of the annex."""
    charted = {row["measure_code"] for row in edition.series} - {*RESTRICTIVE, *ACCESS}
    return sorted(code for code in charted if edition.is_of_annex(code) is is_of_annex)


def series_charts(edition: Edition, codes: Iterable[str]) -> list[Chart]:
    return [_series_chart(edition, row) for code in codes for row in edition.series if row["measure_code"] == code]


def _series_chart(edition: Edition, row: Row) -> Chart:
    where = Words(row["service_name"] or row["organisation_name"])
    verdict = row["verdict_words"] or "No verdict"
    title = say(where, ", ", Words(words.lowered(row["plain_name"])), ": ", Words(words.continued(verdict)))
    notes = [*_since_changes(edition, row)]
    notes += [say(Words(row[column])) for column in ("caveat_words", "disagreement_words") if row.get(column)]
    if row["chart_state"] != "publishable":
        why = (
            "There are too few points for a chart."
            if row["chart_state"] == "too_few_points"
            else "The numbers are too small to print, so the verdict stands in words."
        )
        return Chart(
            key=key_of(row),
            title=title,
            described=words.paragraph(say(why), *notes),
            drawing=None,
            table=None,
            organisation_code=row["organisation_code"],
        )
    points, cells = _points(edition, row)
    drawing = charts.spc(key_of(row), points, _unit(row)) if points else None
    heads = [
        "Month" if row["grain"] == "month" else "Quarter",
        "Value",
        "Average",
        "Lower limit",
        "Upper limit",
        "Reading",
    ]
    caption = say("The numbers behind the chart: ", where)
    table = Table(f"{key_of(row)}-table", caption, heads, cells, codes=[row["measure_code"]]) if cells else None
    return Chart(
        key=key_of(row),
        title=title,
        described=words.paragraph(_described(points, row), *notes),
        drawing=drawing,
        table=table,
        organisation_code=row["organisation_code"],
    )


def _since_changes(edition: Edition, row: Row) -> list[Sentence]:
    """What a change's own comparison found: limits of the whole time hold both halves, and may not show it."""
    found = [
        effect
        for effect in edition.effects
        if effect.get("series_id") == row["series_id"] and effect["verdict"] in ("improved", "worsened")
    ]
    found.sort(key=lambda effect: (str(effect["implemented_on"]), effect["change_id"]))
    return [
        sentence(
            "better" if effect["verdict"] == "improved" else "worse",
            " since a change on ",
            day(effect["implemented_on"]),
            " than before it, judged with limits fixed before the change",
        )
        for effect in found
    ]


def _unit(row: Row) -> str:
    return {"share of 1": charts.SHARE, "share": charts.SHARE}.get(
        row["unit"] or "", words.opened(row["unit"] or "Number")
    )


def _points(edition: Edition, row: Row) -> tuple[list[charts.Point], list[tuple[object, list[object]]]]:
    periods: dict[date, dict[str, Figure]] = {}
    for figure in edition.of_subject(row["series_id"]):
        periods.setdefault(figure.period_start_on, {})[figure.statistic] = figure
    points, cells = [], []
    for start in sorted(periods):
        found = periods[start]
        # A period of a series is its value; what stands beside a missing one would be a limit of nothing.
        value = found.get("value")
        label = (
            words.month_in_short(start)
            if row["grain"] == "month"
            else words.quarter(value.quarter_id)
            if value
            else words.month_in_short(start)
        )
        at = {statistic: figure.value for statistic, figure in found.items()}
        kind = (value.label if value else None) or "common_cause"
        short = str(label) if row["grain"] == "month" else str(words.month_in_short(start))
        points.append(charts.Point(short, at.get("value"), at.get("mean"), at.get("lpl"), at.get("upl"), kind))
        reading = charts.POINTS[charts.point_kind(kind)][0] if words.known(value) else ""
        cells.append(
            (label, [*(number(found[one]) if one in found else "" for one in ("value", "mean", "lpl", "upl")), reading])
        )
    return points, cells


def _described(points: Sequence[charts.Point], row: Row) -> Sentence:
    """What a reader who cannot see the chart is told: its span and which signals are in it."""
    kinds = charts.summary_of(points)
    signals = [
        f"{words.lowered(charts.POINTS[kind][0].removeprefix('Signal: '))} ({charts.OUTLINES[charts.POINTS[kind][1]]})"
        for kind in kinds
        if kind != "common_cause"
    ]
    better = {"increase": "Higher is better.", "decrease": "Lower is better."}.get(
        row["improvement_direction"], "Neither direction is better."
    )
    span = (
        sentence("a line from ", words.month(row["first_month_on"]), " to ", words.month(row["last_month_on"]))
        if row["first_month_on"] and row["last_month_on"]
        else None
    )
    gaps = "Where nothing came in, nothing is drawn." if any(point.value is None for point in points) else None
    found = (
        sentence("some points are ", "signals: ", listed(signals))
        if signals
        else say("Every point lies within the usual range.")
    )
    return words.paragraph(span, say(better), found, say(gaps) if gaps else None)


def key_of(row: Row) -> str:
    """The id of a series' chart on the page."""
    return anchor("chart", row["series_id"])


def told_back(edition: Edition) -> Chart | None:
    """How many days it took until people heard; those still waiting count as waiting and are never left out."""
    by_day: dict[float, dict[str, Figure]] = {}
    for statistic in ("share", "lower", "upper"):
        for figure in edition.by("day", statistic):
            by_day.setdefault(float(figure.breakdown_code), {})[statistic] = figure
    steps = [(at, found) for at, found in sorted(by_day.items()) if words.known(found.get("share"))]
    if not steps:
        return None
    drawn = [
        charts.Step(at, *(found[one].value if one in found else None for one in ("share", "lower", "upper")))
        for at, found in steps
    ]
    rows = [
        (Code(f"{at:.0f}"), [number(found.get(one)) if found.get(one) else "" for one in ("share", "lower", "upper")])
        for at, found in steps
    ]
    ninety = edition.one("told_back_within_90_days", "share")
    title = (
        sentence(number(ninety), " of things said are answered within ninety days")
        if words.known(ninety)
        else say("How long people waited to hear")
    )
    return Chart(
        key="chart-told-back",
        title=title,
        described=say(
            "A line that rises each time somebody is told. The band around it shows how sure we are. "
            "Things still waiting are kept in for as long as the registers tell; "
            "nobody is counted as told for lack of time."
        ),
        drawing=charts.told_back_curve("chart-told-back", drawn),
        table=Table(
            "chart-told-back-table",
            "The numbers behind the curve",
            ["Days since it was said", "Told by then", "Likely at least", "Likely at most"],
            rows,
        ),
    )
