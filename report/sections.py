"""Lay the published rows out as the report's sections: stories, the chain, tables of measures, charts, coverage.

Organisations stand in alphabetical order, always. Nothing here adds up, divides or ranks: a cell is one published figure or says
in words why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from report import charts, page_one, words
from report.rows import REGION, Edition, Figure, Row
from report.words import Code, Sentence, Words, day, days, listed, number, out_of, say, sentence

INFLUENCE = ("influence", "considered", "changes_verified")
DECLINED = ("declined_with_reason", "declined_and_told")
TOLD_BACK = ("told_back_within_30_days", "told_back_within_90_days", "told_back_within_180_days")
PROMISES = ("changes_on_time", "changes_overdue", "changes_verified")
ROOM = ("sessions_held", "sessions_minuted", "new_voices", "needs_met", "accessible_sessions", "decision_routes", "tor_in_date")
RESTRICTIVE = ("restrictive_interventions",)
ACCESS = ("access_complaints", "chase_contacts")

# state -> (a sign that differs in shape, words)
COVERAGE = {
    "received": ("●", "received"),
    "late": ("◐", "came late"),
    "restated": ("◆", "sent again"),
    "nil": ("□", "nothing to report"),
    "missing": ("○", "not received"),
    "refused": ("△", "refused"),
    "held": ("◇", "held"),
    "withdrawn": ("▽", "withdrawn"),
    "no_agreement": ("–", "no agreement"),
    "not_due": ("·", "not due"),
}
PROMISE = {
    "done_on_time": "Made by the first date promised",
    "done_late": "Made late",
    "overdue": "Overdue",
    "stopped": "Given up",
    "not_due": "Not due yet",
    "no_deadline": "No date was promised",
}


@dataclass(frozen=True)
class Table:
    """Column heads, and rows of a head and cells; `key` is its id on the page."""

    key: str
    caption: Sentence | str
    heads: Sequence[object]
    rows: Sequence[tuple[object, Sequence[object]]]


@dataclass(frozen=True)
class Story:
    changed: page_one.Changed
    heading: object
    said: Sequence[Row]
    why: Sentence | None
    moved: Sequence[Sentence]
    told: Sentence


@dataclass(frozen=True)
class Chart:
    """One chart: a finding as its title, its description, the drawing when there is one, and its numbers as a table."""

    key: str
    title: Sentence
    described: Sentence
    drawing: charts.Drawing | None
    table: Table | None


@dataclass(frozen=True)
class Link:
    """One thing said, and each step it has taken."""

    row: Row
    said: Sentence
    decided: Sentence
    decided_on: Sentence
    why: Sentence
    changed: Sentence
    changed_on: Sentence
    told: Sentence
    days_to_decide: Sentence | None
    days_to_tell: Sentence | None
    days_waiting: Sentence | None


# What changed because of what people said


def stories(edition: Edition) -> list[Story]:
    """Every change that counts as influence and belongs to this edition, after the three of page one."""
    first = [one.change for one in page_one.three_that_changed(edition)]
    rest = [row for row in edition.changes if row["is_influence"] and row["is_in_report"] and row not in first]
    return [_story(edition, row) for row in [*first, *rest]]


def _story(edition: Edition, change: Row) -> Story:
    inputs = page_one.inputs_behind(edition, change)
    reason = next((row["reason"] for row in inputs if row["reason"]), None)
    told = next((row for row in inputs if row["told_on"]), None)
    waiting = any(row["is_waiting"] for row in inputs)
    return Story(
        changed=page_one.as_changed(edition, change),
        heading=Words(change["changed"]) if change["changed"] else "Wording not yet checked",
        said=inputs,
        why=say(Words(reason, is_quoted=True)) if reason else None,
        moved=[moved(edition, row) for row in page_one.effects_of(edition, change)] or [words.moved(None, None)],
        told=sentence("told back on ", day(told["told_on"]), " (", words.from_list(words.TOLD_WHO, told["told_who"]), ")")
        if told
        else sentence("the people who said it are waiting to hear" if waiting else "nobody has been told yet"),
    )


def moved(edition: Edition, effect: Row) -> Sentence:
    """The effect in a sentence, with its size and how sure we are where both are published."""
    figures = {figure.statistic: figure for figure in edition.of_subject(f"{effect['change_id']}") if figure.measure_code == effect["measure_code"] and figure.organisation_code == effect["organisation_code"]}
    said = say(Words(effect["verdict_words"])) if effect.get("verdict_words") else words.moved(effect["verdict"], effect["plain_name"], effect["reason_code"])
    size = figures.get("value")
    if not words.known(size):
        return said
    sure = words.likely_between(figures.get("lower"), figures.get("upper"))
    return say(said, " The measure stands at ", number(size), f" {size.unit or ''}".rstrip(), " of what it was" if size.unit == "ratio" else "", say("; ", sure) if sure else None, ".")


# The chain


def chain(edition: Edition) -> list[tuple[Row, list[Link]]]:
    """Organisation by organisation, everything said that this edition is about, in the order it was said."""
    return [
        (one, [_link(edition, row) for row in edition.inputs if row["organisation_code"] == one["organisation_code"] and row["is_in_report"]])
        for one in edition.organisations
    ]


def _link(edition: Edition, row: Row) -> Link:
    figures = {figure.measure_code: figure for figure in edition.of_subject(row["input_id"]) if figure.organisation_code == row["organisation_code"]}
    outcome = words.from_list(words.OUTCOMES, row["outcome"], otherwise="")
    decided_by = say(" by the ", Words(words.lowered(row["decided_by_role"]))) if row["decided_by_role"] else None
    return Link(
        row=row,
        said=_public(row["said"], row["said_words_state"]),
        decided=say(outcome, decided_by) if row["decided_on"] else say("Waiting for a decision"),
        decided_on=say(day(row["decided_on"])) if row["decided_on"] else say(),
        why=_why(row),
        changed=_public(row["changed"], row["changed_words_state"]) if row["change_id"] else say("No change linked" if row["decided_on"] else ""),
        changed_on=_changed_on(row),
        told=_told(row),
        days_to_decide=_days(figures.get("days_to_decide"), " to a decision"),
        days_to_tell=_days(figures.get("days_to_tell"), " until told"),
        days_waiting=_days(figures.get("days_waiting"), " so far") if row["is_waiting"] else None,
    )


def _days(figure: Figure | None, after: str) -> Sentence | None:
    if not words.known(figure):
        return None
    return say(days(figure), after if figure.value else None)


def _public(text: str | None, state: str | None) -> Sentence:
    if text:
        return say(Words(text))
    return say("Nothing was written down" if state == "none" else "Wording not yet checked")


def _why(row: Row) -> Sentence:
    if not row["decided_on"]:
        return say()
    if row["is_declined_without_reason"]:
        return say("No reason given")
    if row["reason"]:
        return say(Words(row["reason"]))
    coded = words.REASONS.get(row["reason_code"] or "")
    said = _public(None, row["reason_words_state"])
    return sentence(coded, ". ", said) if coded else said


def _changed_on(row: Row) -> Sentence:
    if row["implemented_on"]:
        checked = say("; checked by ", words.CHECKED_BY.get(row["verified_by_kind"], "somebody")) if row["verified_on"] else "; not yet checked"
        return say("In place since ", day(row["implemented_on"]), checked)
    if row["original_due_on"]:
        return say("Not in place yet; first promised for ", day(row["original_due_on"]))
    return say()


def _told(row: Row) -> Sentence:
    if row["ended_by"] == "told":
        who = words.TOLD_WHO.get(row["told_who"]) or row.get("told_who_label")
        return say("Told on ", day(row["told_on"]), f" ({who})" if who else None)
    return say(words.from_list(words.ENDS, row["ended_by"]))


# Measures, side by side in alphabetical order, never added up


def measures(edition: Edition, key: str, codes: Iterable[str], caption: str) -> Table | None:
    """One row for each measure, one column for each organisation and one for the region."""
    columns = [row["organisation_code"] for row in edition.organisations] + [REGION]
    rows = []
    for code in codes:
        if not edition.of_measure(code):
            continue
        rows.append((words.opened(edition.measure_name(code)), [measured(edition, code, column) for column in columns]))
    if not rows:
        return None
    heads = ["Measure", *(Words(row["organisation_name"]) for row in edition.organisations), "The region, pooled"]
    return Table(key, caption, heads, rows)


def measured(edition: Edition, code: str, organisation_code: str) -> Sentence:
    """One measure of one organisation: n of m, or what is known instead."""
    numerator, denominator, share = (edition.one(code, statistic, organisation_code) for statistic in ("numerator", "denominator", "share"))
    if numerator is None and denominator is None:
        return say(number(share)) if share else say("No evidence received")
    said = out_of(numerator, denominator, share)
    declared = "declared" in {figure.evidence_basis for figure in (numerator, denominator) if figure}
    return say(said, " (declared)" if declared else None)


def broken_down(edition: Edition, key: str, kind: str, caption: str, head: str, names: dict[str, str]) -> Table | None:
    """Counts by a code list, one column for each organisation and the region."""
    columns = [row["organisation_code"] for row in edition.organisations] + [REGION]
    cells = {column: {figure.breakdown_code: figure for figure in edition.by(kind, organisation_code=column) if figure.statistic in ("count", "numerator")} for column in columns}
    there = {code for column in cells.values() for code in column}
    codes = [code for code in names if code in there] + sorted(there - set(names))
    if not codes:
        return None
    rows = [
        (words.opened(words.from_list(names, code)), [number(cells[column][code]) if code in cells[column] else "none recorded" for column in columns])
        for code in codes
    ]
    return Table(key, caption, [head, *(Words(row["organisation_name"]) for row in edition.organisations), "The region"], rows)


# Promises


def promises(edition: Edition) -> list[Table]:
    return [table for table in (_promises_of(edition, one) for one in edition.organisations) if table]


def _promises_of(edition: Edition, organisation: Row) -> Table | None:
    rows = []
    for row in edition.changes:
        if row["organisation_code"] != organisation["organisation_code"] or not row["is_in_report"]:
            continue
        late = next((figure for figure in edition.of_subject(row["change_id"]) if figure.statistic == "days" and figure.organisation_code == row["organisation_code"]), None)
        became = say(PROMISE.get(row["promise_state"], row["promise_label"]), say(" by ", days(late)) if words.known(late) and late.value and row["promise_state"] in ("done_late", "overdue") else None)
        rows.append(
            (
                _public(row["changed"], row["changed_words_state"]),
                [
                    Words(row["owner_role"]) if row["owner_role"] else "Nobody named",
                    day(row["original_due_on"], "none"),
                    day(row["due_on"], "none") if row["due_on"] != row["original_due_on"] else "the same",
                    day(row["implemented_on"], "Given up" if row["stopped_on"] else "not yet"),
                    became,
                ],
            )
        )
    if not rows:
        return None
    heads = ["Change", "Who owns it", "First promised for", "Date as it stands now", "In place since", "Against the first date"]
    return Table(f"promises-{organisation['organisation_code']}", say(Words(organisation["organisation_name"]), ": changes due, made or overdue"), heads, rows)


# Charts


def series_charts(edition: Edition, codes: Iterable[str]) -> list[Chart]:
    return [_series_chart(edition, row) for code in codes for row in edition.series if row["measure_code"] == code]


def _series_chart(edition: Edition, row: Row) -> Chart:
    where = Words(row["service_name"] or row["organisation_name"])
    verdict = row["verdict_words"] or "No verdict"
    title = sentence(where, ", ", Words(words.lowered(row["plain_name"])), ": ", Words(words.lowered(verdict.rstrip("."))))
    notes = [Words(row[column]) for column in ("caveat_words", "disagreement_words") if row.get(column)]
    if row["chart_state"] != "publishable":
        why = "There are too few points for a chart." if row["chart_state"] == "too_few_points" else "The numbers are too small to print, so the verdict stands in words."
        return Chart(key=_key(row), title=title, described=words.paragraph(say(why), *(say(note) for note in notes)), drawing=None, table=None)
    points, cells = _points(edition, row)
    drawing = charts.spc(_key(row), points, _unit(row)) if points else None
    heads = ["Month" if row["grain"] == "month" else "Quarter", "Value", "Average", "Lower limit", "Upper limit", "Reading"]
    table = Table(f"{_key(row)}-table", say("The numbers behind the chart: ", where), heads, cells) if cells else None
    return Chart(key=_key(row), title=title, described=words.paragraph(_described(points, row), *(say(note) for note in notes)), drawing=drawing, table=table)


def _unit(row: Row) -> str:
    return {"share of 1": "Share of all", "share": "Share of all"}.get(row["unit"] or "", words.opened(row["unit"] or "Number"))


def _points(edition: Edition, row: Row) -> tuple[list[charts.Point], list[tuple[object, list[object]]]]:
    periods: dict[date, dict[str, Figure]] = {}
    for figure in edition.of_subject(row["series_id"]):
        periods.setdefault(figure.period_start_on, {})[figure.statistic] = figure
    points, cells = [], []
    for start in sorted(periods):
        found = periods[start]
        # A period of a series is its value; what stands beside a missing one would be a limit of nothing.
        value = found.get("value")
        label = words.month_in_short(start) if row["grain"] == "month" else words.quarter(value.quarter_id) if value else words.month_in_short(start)
        at = {statistic: figure.value for statistic, figure in found.items()}
        kind = (value.label if value else None) or "common_cause"
        short = str(label) if row["grain"] == "month" else str(words.month_in_short(start))
        points.append(charts.Point(short, at.get("value"), at.get("mean"), at.get("lpl"), at.get("upl"), kind))
        reading = charts.POINTS[charts.point_kind(kind)][0] if words.known(value) else ""
        cells.append((label, [*(number(found[one]) if one in found else "" for one in ("value", "mean", "lpl", "upl")), reading]))
    return points, cells


def _described(points: Sequence[charts.Point], row: Row) -> Sentence:
    """What a reader who cannot see the chart is told: its span and which signals are in it."""
    kinds = charts.summary_of(points)
    signals = [words.lowered(charts.POINTS[kind][0].removeprefix("Signal: ")) for kind in kinds if kind != "common_cause"]
    better = {"increase": "Higher is better.", "decrease": "Lower is better."}.get(row["improvement_direction"], "Neither direction is better.")
    span = sentence("a line from ", words.month(row["first_month_on"]), " to ", words.month(row["last_month_on"])) if row["first_month_on"] and row["last_month_on"] else None
    gaps = "Where nothing came in, nothing is drawn." if any(point.value is None for point in points) else None
    found = sentence("some points are ", "signals: ", listed(signals)) if signals else say("Every point lies within the usual range.")
    return words.paragraph(span, say(better), found, say(gaps) if gaps else None)


def _key(row: Row) -> str:
    return "chart-" + "".join(letter if letter.isalnum() else "-" for letter in row["series_id"].lower())


def told_back(edition: Edition) -> Chart | None:
    """How many days it took until people heard: those still waiting count as waiting, never as told and never left out."""
    by_day: dict[float, dict[str, Figure]] = {}
    for statistic in ("share", "lower", "upper"):
        for figure in edition.by("day", statistic):
            by_day.setdefault(float(figure.breakdown_code), {})[statistic] = figure
    steps = [(at, found) for at, found in sorted(by_day.items()) if words.known(found.get("share"))]
    if not steps:
        return None
    drawn = [charts.Step(at, *(found[one].value if one in found else None for one in ("share", "lower", "upper"))) for at, found in steps]
    rows = [(Words(f"day {at:.0f}"), [number(found.get(one)) if found.get(one) else "" for one in ("share", "lower", "upper")]) for at, found in steps]
    ninety = edition.one("told_back_within_90_days", "share")
    title = sentence(number(ninety), " of things said are answered within ninety days") if words.known(ninety) else say("How long people waited to hear")
    return Chart(
        key="chart-told-back",
        title=title,
        described=say("A line that rises each time somebody is told. The band around it shows how sure we are. Things still waiting are kept in until today; nobody is counted as told because time ran out."),
        drawing=charts.told_back_curve("chart-told-back", drawn),
        table=Table("chart-told-back-table", "The numbers behind the curve", ["Days since it was said", "Told by then", "Likely at least", "Likely at most"], rows),
    )


# Coverage, data quality, findings


def coverage(edition: Edition) -> list[Table]:
    """What was due from each organisation in the last four quarters, feed by feed."""
    tables = []
    for one in edition.organisations:
        mine = [row for row in edition.coverage if row["organisation_code"] == one["organisation_code"]]
        for wording, is_month in (("month by month", True), ("quarter by quarter", False)):
            rows = [row for row in mine if _is_month(row) == is_month]
            starts = sorted({row["period_start_on"] for row in rows})[-12 if is_month else -4 :]
            feeds = sorted({row["feed"] for row in rows if row["period_start_on"] in starts})
            if not feeds:
                continue
            state = {(row["feed"], row["period_start_on"]): row["state"] for row in rows}
            cells = [(Words(feed.replace("_", " ").capitalize()), [COVERAGE.get(state.get((feed, start)) or "not_due", ("·", state.get((feed, start)))) + (state.get((feed, start)) or "not_due",) for start in starts]) for feed in feeds]
            heads = [words.month_in_short(start) if is_month else words.quarter_in_short(start) for start in starts]
            key = f"coverage-{one['organisation_code']}-{'months' if is_month else 'quarters'}"
            tables.append(Table(key, say(Words(one["organisation_name"]), f", {wording}"), ["Return", *heads], cells))
    return tables


def _is_month(row: Row) -> bool:
    return (row["period_end_on"] - row["period_start_on"]).days <= 31


def data_quality(edition: Edition) -> list[Table]:
    """What was read, kept and set aside, record by record; only what is published as a figure is printed."""
    tables = []
    for one in edition.organisations:
        figures = {
            (figure.breakdown_code, figure.measure_code): figure
            for figure in edition.figures.values()
            if figure.section == "quality" and figure.organisation_code == one["organisation_code"] and figure.breakdown_kind == "record"
        }
        records = sorted({record for record, _ in figures})
        columns = [code for code in ("files_received", "rows_read", "rows_accepted", "rows_set_aside") if any(measure == code for _, measure in figures)]
        if records and columns:
            rows = [(Words(record.replace("_", " ").capitalize()), [number(figures[record, code]) if (record, code) in figures else "" for code in columns]) for record in records]
            heads = ["Record", *(words.opened(code.replace("_", " ")) for code in columns)]
            tables.append(Table(f"quality-{one['organisation_code']}", say(Words(one["organisation_name"]), ": what was read, kept and set aside"), heads, rows))
    return tables


def findings(edition: Edition) -> list[tuple[Row, list[Row]]]:
    """What each organisation is asked to put right; an organisation with nothing to put right is named too."""
    return [(one, [row for row in edition.findings if row["organisation_code"] == one["organisation_code"] and row["severity"] == "adverse"]) for one in edition.organisations]


# The annex


def expectations(edition: Edition) -> Table | None:
    """What is asked and of whom. Where statuses are published they stand in words, organisation by organisation, uncounted."""
    if not edition.expectations:
        return None
    rows = [(Code(row["expectation_id"]), [Words(row["expectation"]), words.opened((row.get("asked_of") or "").replace("_", " "))]) for row in edition.expectations]
    return Table("expectations", "What is asked, and of whom", ["Code", "What must be so", "Asked of"], rows)
