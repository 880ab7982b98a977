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

# A sign for each state of a return, different in shape; the words come published.
COVERAGE = {
    "received": "●",
    "late": "◐",
    "restated": "◆",
    "nil": "□",
    "missing": "○",
    "refused": "△",
    "held": "◇",
    "withdrawn": "▽",
    "no_agreement": "–",
    "not_due": "·",
}
ENDED = {
    "inputs_told": "Told, this quarter",
    "inputs_waiting": "Waiting to hear, today",
    "inputs_no_reply_wanted": "No reply wanted, since records began",
    "inputs_cannot_be_reached": "Cannot be reached, since records began",
}
ACTIVITY = {
    "inputs_received": "Things said that were received",
    "inputs_decided": "Things said that were decided",
    "changes_made": "Changes made",
    "changes_checked": "Changes checked by somebody other than their owner",
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
        told=sentence("told back on ", day(told["told_on"]), _who(told))
        if told
        else sentence("the people who said it are waiting to hear" if waiting else "nobody has been told yet"),
    )


def moved(edition: Edition, effect: Row) -> Sentence:
    """The effect in a sentence, with its size and how sure we are where both are published."""
    figures = {
        figure.statistic: figure
        for figure in edition.of_subject(effect["change_id"])
        if figure.section == "effects" and (figure.measure_code, figure.organisation_code) == (effect["measure_code"], effect["organisation_code"])
    }
    said = say(Words(words.opened(effect["plain_name"])), ": ", Words(words.lowered(effect["verdict_words"]))) if effect["verdict_words"] else words.moved(effect["verdict"], effect["plain_name"])
    size = figures.get("value")
    if not words.known(size):
        return said
    return words.paragraph(said, sentence("it stands at ", number(size), " ", size.unit, "; ", words.likely_between(figures.get("lower"), figures.get("upper"))))


def _who(row: Row) -> Sentence | None:
    return say(" (", Words(words.lowered(row["told_who_label"])), ")") if row.get("told_who_label") else None


# The chain


def chain(edition: Edition) -> list[tuple[Row, list[Link]]]:
    """Organisation by organisation, everything said that this edition is about, in the order it was said."""
    return [
        (one, [_link(edition, row) for row in edition.inputs if row["organisation_code"] == one["organisation_code"] and row["is_in_report"]])
        for one in edition.organisations
    ]


def _link(edition: Edition, row: Row) -> Link:
    figures = {figure.measure_code: figure for figure in edition.of_subject(row["input_id"]) if figure.organisation_code == row["organisation_code"]}
    outcome = Words(row["outcome_label"] or "Decided")
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
        days_to_decide=_days(figures.get("input_days_to_decide"), " to a decision"),
        days_to_tell=_days(figures.get("input_days_to_tell"), " until told"),
        days_waiting=_days(figures.get("input_days_waiting"), " so far") if row["is_waiting"] else None,
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
    coded = Words(row["reason_code_label"]) if row["reason_code_label"] else None
    said = _public(None, row["reason_words_state"])
    return say(coded, ". ", said) if coded else said


def _changed_on(row: Row) -> Sentence:
    if row["implemented_on"]:
        checked = say("; checked by ", Words(words.lowered(row["verified_by_kind_label"] or "somebody"))) if row["verified_on"] else "; not yet checked"
        return say("In place since ", day(row["implemented_on"]), checked)
    if row["original_due_on"]:
        return say("Not in place yet; first promised for ", day(row["original_due_on"]))
    return say()


def _told(row: Row) -> Sentence:
    if row["ended_by"] == "told":
        return say("Told on ", day(row["told_on"]), _who(row))
    return say(words.from_list(words.ENDS, row["ended_by"]))


# Measures, side by side in alphabetical order, never added up


def measures(edition: Edition, key: str, codes: Iterable[str], caption: str) -> Table | None:
    """One row for each measure, one column for each organisation and one for the region."""
    columns = _columns(edition)
    rows = []
    for code in codes:
        if not edition.of_measure(code):
            continue
        rows.append((Words(words.opened(edition.measure_name(code))), [measured(edition, code, column) for column in columns]))
    if not rows:
        return None
    return Table(key, caption, ["Measure", *_heads(edition)], rows)


def measured(edition: Edition, code: str, organisation_code: str) -> Sentence:
    """One measure of one organisation: n of m, or what is known instead."""
    numerator, denominator, share = (edition.one(code, statistic, organisation_code) for statistic in ("numerator", "denominator", "share"))
    if numerator is None and denominator is None:
        return say(number(share)) if share else say("No evidence received")
    if code in TOLD_BACK and words.known(share) and words.known(denominator):
        # An estimate that takes account of those still waiting: the told so far over all would be another number.
        said = say(number(share), " of ", number(denominator))
    else:
        said = out_of(numerator, denominator, share)
    notes = {figure.label for figure in (numerator, share) if figure and figure.label}
    declared = "declared" in {figure.evidence_basis for figure in (numerator, denominator) if figure}
    return say(said, " (declared)" if declared else None, *(say(" (", Words(note), ")") for note in sorted(notes)))


def broken_down(edition: Edition, key: str, kind: str, caption: str, head: str, names: dict[str, str]) -> Table | None:
    """Counts by a code list, one column for each organisation and the region; a code that nobody used has no line."""
    columns = _columns(edition)
    cells = {column: {figure.breakdown_code: figure for figure in edition.by(kind, "count", column)} for column in columns}
    codes = sorted({code for column in cells.values() for code in column}, key=lambda code: (code not in names, words.from_list(names, code)))
    rows = [(Words(words.from_list(names, code)), [number(cells[column][code]) if code in cells[column] else "none" for column in columns]) for code in codes]
    return Table(key, caption, [head, *_heads(edition)], rows) if rows else None


def counts(edition: Edition, key: str, names: dict[str, str], caption: str, head: str) -> Table | None:
    """Plain counts, one line for each of `names` that is published."""
    rows = [(said, [number(edition.one(code, "count", column)) for column in _columns(edition)]) for code, said in names.items() if edition.of_measure(code)]
    return Table(key, caption, [head, *_heads(edition)], rows) if rows else None


def reasons(edition: Edition) -> Table | None:
    names = {row["reason_code"]: row["reason_code_label"] for row in edition.inputs if row["reason_code"] and row["reason_code_label"]}
    return broken_down(edition, "by-reason", "decision_reason", "Why things were declined or put off, this quarter", "Reason", {**names, "none_given": "No reason given"})


def evidence(edition: Edition) -> Table | None:
    """Of how many organisations asked each measure could be told."""
    found = {figure.breakdown_code: figure for figure in edition.by("measure", "numerator")}
    asked = {figure.breakdown_code: figure for figure in edition.by("measure", "denominator")}
    rows = [(Words(edition.measure_name(code)), [out_of(found[code], asked.get(code))]) for code in sorted(found, key=edition.measure_name)]
    return Table("evidence-received", "How many of the organisations asked sent evidence", ["Measure", "Organisations"], rows) if rows else None


def _columns(edition: Edition) -> list[str]:
    return [*(row["organisation_code"] for row in edition.organisations), REGION]


def _heads(edition: Edition) -> list[object]:
    return [*(Words(row["organisation_name"]) for row in edition.organisations), "The region"]


# Promises


def promises(edition: Edition) -> list[Table]:
    return [table for table in (_promises_of(edition, one) for one in edition.organisations) if table]


def _promises_of(edition: Edition, organisation: Row) -> Table | None:
    rows = []
    for row in edition.changes:
        if row["organisation_code"] != organisation["organisation_code"] or not row["is_in_report"]:
            continue
        late = next((figure for figure in edition.of_subject(row["change_id"]) if figure.measure_code == "change_days_late" and figure.organisation_code == row["organisation_code"]), None)
        became = say(Words(row["promise_label"]), say(": ", days(late)) if words.known(late) and late.value and row["promise_state"] in ("done_late", "overdue") else None)
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
    title = say(where, ", ", Words(words.lowered(row["plain_name"])), ": ", Words(words.lowered(verdict)))
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
    rows = [(Code(f"{at:.0f}"), [number(found.get(one)) if found.get(one) else "" for one in ("share", "lower", "upper")]) for at, found in steps]
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
            states = {(row["feed"], row["period_start_on"]): row for row in rows}
            cells = [(Words(feed.replace("_", " ").capitalize()), [_came(states.get((feed, start))) for start in starts]) for feed in feeds]
            heads = [words.month_in_short(start) if is_month else words.quarter_in_short(start) for start in starts]
            key = f"coverage-{one['organisation_code']}-{'months' if is_month else 'quarters'}"
            tables.append(Table(key, say(Words(one["organisation_name"]), f", {wording}"), ["Return", *heads], cells))
    return tables


def _came(row: Row | None) -> tuple[str, str, str]:
    """(sign, words, state) of one return; one that was never asked for is not due."""
    if row is None:
        return COVERAGE["not_due"], "Not asked", "not_due"
    return COVERAGE.get(row["state"], "?"), row["state_label"], row["state"] if row["state"] in COVERAGE else "other"


def _is_month(row: Row) -> bool:
    return (row["period_end_on"] - row["period_start_on"]).days <= 31


def data_quality(edition: Edition) -> list[Table]:
    """What was read, kept and set aside, record by record, and the rules that set rows aside."""
    tables = []
    for one in edition.organisations:
        mine = [row for row in edition.data_quality if row["organisation_code"] == one["organisation_code"]]
        rows = []
        for row in mine:
            figures = {
                figure.measure_code: figure
                for figure in edition.of_subject(row["record"])
                if figure.section == "quality" and (figure.organisation_code, figure.breakdown_code) == (row["organisation_code"], row["rule"])
            }
            is_record = row["rule"] == "all"
            aside = figures.get("rows_set_aside")
            if not is_record and not (words.known(aside) and aside.value):
                continue
            head = Words(words.opened(row["record"].replace("_", " "))) if is_record else say(Words(words.opened(row["record"].replace("_", " "))), ", rule ", Code(row["rule"]))
            rows.append((head, [number(figures[code]) if code in figures else "" for code in ("rows_read", "rows_accepted", "rows_set_aside")]))
        if rows:
            tables.append(Table(f"quality-{one['organisation_code']}", say(Words(one["organisation_name"]), ": rows read, accepted and set aside"), ["Record, and the rules that rows broke", "Read", "Accepted", "Set aside"], rows))
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
