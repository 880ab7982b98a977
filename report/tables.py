"""Lay the published rows out as tables: measures, counts, promises, coverage, data quality, findings.

Organisations stand in alphabetical order, always. Nothing here adds up, divides or ranks: a cell is one published
figure or says in words why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from report import words
from report.rows import REGION, Edition, Row
from report.words import Code, Sentence, Words, day, days, number, out_of, say


@dataclass(frozen=True)
class Measured:
    """Measures that are told side by side: the table's place on a page, its caption, and the measures' codes."""

    key: str
    caption: str
    codes: Sequence[str]


@dataclass(frozen=True)
class Counted:
    """Plain counts that are told together; `names` says what each one counts, `head` what they all are."""

    key: str
    caption: str
    head: str
    names: Mapping[str, str]


INFLUENCE = Measured(
    "measures-influence",
    "Influence: the latest year that can be judged, and this quarter",
    ("influence", "influence_so_far", "considered", "changes_verified"),
)
# A measure that is only counted so far has no definition of its own to be named by.
SO_FAR = {"influence_so_far": "The same, of things decided since then: too early to judge"}
DECLINED = Measured(
    "measures-declined", "Declined or put off, this quarter", ("declined_with_reason", "declined_and_told")
)
TOLD_BACK = Measured(
    "measures-told",
    "Told back in time, over the last four quarters",
    ("told_back_within_30_days", "told_back_within_90_days", "told_back_within_180_days"),
)
PROMISES = Measured(
    "measures-kept", "Promises, this quarter", ("changes_on_time", "changes_overdue", "changes_verified")
)
ROOM = Measured(
    "measures-room",
    "Who was in the room and how, this quarter",
    (
        "sessions_held",
        "sessions_minuted",
        "new_voices",
        "needs_met",
        "accessible_sessions",
        "decision_routes",
        "tor_in_date",
    ),
)
COVERED = Measured("measures-covered", "Returns that were due and came, this quarter", ("data_coverage",))
RESTRICTIVE = ("restrictive_interventions",)
ACCESS = ("access_complaints", "chase_contacts")

LEFT_OUT = Counted(
    "access-left-out",
    "Not in these charts, this quarter",
    "What was left out",
    {"access_complaints_left_out": "Complaints about access to wards and other services that take no referrals"},
)
ENDED = Counted(
    "by-end",
    "Where things said stand",
    "Where it stands",
    {
        "inputs_told": "Told, this quarter",
        "inputs_waiting": "Waiting to hear, today",
        "inputs_no_reply_wanted": "No reply wanted, since records began",
        "inputs_cannot_be_reached": "Cannot be reached, since records began",
    },
)
ACTIVITY = Counted(
    "activity",
    "Activity, this quarter",
    "What",
    {
        "inputs_received": "Things said that were received",
        "inputs_decided": "Things said that were decided",
        "changes_made": "Changes made",
        "changes_checked": "Changes checked by somebody other than their owner",
    },
)

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


@dataclass(frozen=True)
class Table:
    """Column heads, and rows of a head and cells; `key` is its id on the page.

    What a reader can follow or choose by: `codes` is the measure of each row, `columns` the organisation of each cell,
    `organisation_code` whose table it is, and `subjects` the change or thing said of each row.
    """

    key: str
    caption: Sentence | str
    heads: Sequence[object]
    rows: Sequence[tuple[object, Sequence[object]]]
    codes: Sequence[str | None] = ()
    columns: Sequence[str] = ()
    organisation_code: str | None = None
    subjects: Sequence[Row] = ()


def anchor(*parts: str) -> str:
    """An id on the page out of somebody's own codes."""
    return "-".join("".join(letter if letter.isalnum() else "-" for letter in part.lower()) for part in parts)


# Measures, side by side in alphabetical order, never added up


def measures(edition: Edition, asked: Measured) -> Table | None:
    """One row for each measure, one column for each organisation and one for the region."""
    columns = _columns(edition)
    told = [code for code in asked.codes if edition.of_measure(code)]
    rows = [(measure_name(edition, code), [measured(edition, code, column) for column in columns]) for code in told]
    return Table(asked.key, asked.caption, ["Measure", *_heads(edition)], rows, told, columns) if rows else None


def measure_name(edition: Edition, code: str) -> Words | str:
    """A measure as the head of its line names it."""
    return SO_FAR.get(code) or Words(words.opened(edition.measure_name(code)))


def measured(edition: Edition, code: str, organisation_code: str) -> Sentence:
    """One measure of one organisation: n of m, or what is known instead."""
    numerator, denominator, share = (
        edition.one(code, statistic, organisation_code) for statistic in ("numerator", "denominator", "share")
    )
    if numerator is None and denominator is None:
        return say(number(share)) if share else say("No evidence received")
    if code in TOLD_BACK.codes and words.known(share) and words.known(denominator):
        # An estimate that takes account of those still waiting: the told so far over all would be another number.
        said = say(number(share), " of ", number(denominator))
    else:
        said = out_of(numerator, denominator, share)
    notes = {figure.label for figure in (numerator, share) if figure and figure.label}
    declared = "declared" in {figure.evidence_basis for figure in (numerator, denominator) if figure and figure.value}
    return say(said, " (declared)" if declared else None, *(say(" (", Words(note), ")") for note in sorted(notes)))


def broken_down(edition: Edition, key: str, kind: str, caption: str, head: str, names: dict[str, str]) -> Table | None:
    """Counts by a code list, one column for each organisation and the region; a code that nobody used has no line."""
    columns = _columns(edition)
    cells = {
        column: {figure.breakdown_code: figure for figure in edition.by(kind, "count", column)} for column in columns
    }
    codes = sorted(
        {code for column in cells.values() for code in column},
        key=lambda code: (code not in names, words.from_list(names, code)),
    )
    rows = [
        (
            Words(words.from_list(names, code)),
            [number(cells[column][code]) if code in cells[column] else "none" for column in columns],
        )
        for code in codes
    ]
    return Table(key, caption, [head, *_heads(edition)], rows, columns=columns) if rows else None


def counts(edition: Edition, asked: Counted) -> Table | None:
    """One line for each count that is published, one column for each organisation and one for the region."""
    columns = _columns(edition)
    rows = [
        (said, [number(edition.one(code, "count", column)) for column in columns])
        for code, said in asked.names.items()
        if edition.of_measure(code)
    ]
    return Table(asked.key, asked.caption, [asked.head, *_heads(edition)], rows, columns=columns) if rows else None


def reasons(edition: Edition) -> Table | None:
    names = {
        row["reason_code"]: row["reason_code_label"]
        for row in edition.inputs
        if row["reason_code"] and row["reason_code_label"]
    }
    return broken_down(
        edition,
        "by-reason",
        "decision_reason",
        "Why things were declined or put off, this quarter",
        "Reason",
        {**names, "none_given": "No reason given"},
    )


def evidence(edition: Edition) -> Table | None:
    """Of how many organisations asked each measure of a section could be told; the matrix says it of the others."""
    found = {figure.breakdown_code: figure for figure in edition.by("measure", "numerator")}
    asked = {figure.breakdown_code: figure for figure in edition.by("measure", "denominator")}
    rows = [
        (Words(edition.measure_name(code)), [out_of(found[code], asked.get(code))])
        for code in sorted(found, key=edition.measure_name)
        if not edition.is_of_annex(code)
    ]
    return (
        Table(
            "evidence-received", "How many of the organisations asked sent evidence", ["Measure", "Organisations"], rows
        )
        if rows
        else None
    )


def _columns(edition: Edition) -> list[str]:
    return [*(row["organisation_code"] for row in edition.organisations), REGION]


def _heads(edition: Edition) -> list[object]:
    return [*(Words(row["organisation_name"]) for row in edition.organisations), "The region"]


# Promises


def promises(edition: Edition) -> list[Table]:
    return [table for table in (_promises_of(edition, one) for one in edition.organisations) if table]


def _promises_of(edition: Edition, organisation: Row) -> Table | None:
    rows = []
    mine = [
        row
        for row in edition.changes
        if row["organisation_code"] == organisation["organisation_code"] and row["is_in_report"]
    ]
    for row in mine:
        late = next(
            (
                figure
                for figure in edition.of_subject(row["change_id"])
                if figure.measure_code == "change_days_late" and figure.organisation_code == row["organisation_code"]
            ),
            None,
        )
        became = say(
            Words(row["promise_label"]),
            say(" (", days(late), ")")
            if words.known(late) and late.value and row["promise_state"] in ("done_late", "overdue")
            else None,
        )
        rows.append(
            (
                words.public(row["changed"], row["changed_words_state"]),
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
    heads = [
        "Change",
        "Who owns it",
        "First promised for",
        "Date as it stands now",
        "In place since",
        "Against the first date",
    ]
    return Table(
        f"promises-{organisation['organisation_code']}",
        say(Words(organisation["organisation_name"]), ": changes due, made or overdue"),
        heads,
        rows,
        organisation_code=organisation["organisation_code"],
        subjects=mine,
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
            cells = [
                (Words(feed.replace("_", " ").capitalize()), [_came(states.get((feed, start))) for start in starts])
                for feed in feeds
            ]
            heads = [words.month_in_short(start) if is_month else words.quarter_in_short(start) for start in starts]
            key = f"coverage-{one['organisation_code']}-{'months' if is_month else 'quarters'}"
            caption = say(Words(one["organisation_name"]), f", {wording}")
            tables.append(Table(key, caption, ["Return", *heads], cells, organisation_code=one["organisation_code"]))
    return tables


def _came(row: Row | None) -> tuple[str, str, str]:
    """(sign, words, state) of one return; one that was never asked for is not due."""
    if row is None:
        return COVERAGE["not_due"], "Not asked", "not_due"
    return COVERAGE.get(row["state"], "?"), row["state_label"], row["state"] if row["state"] in COVERAGE else "other"


def _is_month(row: Row) -> bool:
    return (row["period_end_on"] - row["period_start_on"]).days <= 31


def data_quality(edition: Edition) -> list[Table]:
    """What was read, kept and set aside, record by record, and the rules that rows broke, set aside for it or not."""
    tables = []
    for one in edition.organisations:
        mine = [row for row in edition.data_quality if row["organisation_code"] == one["organisation_code"]]
        mine.sort(key=lambda row: (row["record"], row["rule"] != "all", row["rule"]))
        rows = []
        for row in mine:
            figures = {
                figure.measure_code: figure
                for figure in edition.of_subject(row["record"])
                if figure.section == "quality"
                and (figure.organisation_code, figure.breakdown_code) == (row["organisation_code"], row["rule"])
            }
            is_record = row["rule"] == "all"
            failed = figures.get("rows_failed")
            # A hidden number is one to show: it says that there were a few.
            if not is_record and (failed is None or words.nothing(failed)):
                continue
            head = (
                Words(words.opened(row["record"].replace("_", " ")))
                if is_record
                else say(
                    Words(words.opened(row["record"].replace("_", " "))),
                    ", rule ",
                    Code(row["rule"]),
                )
            )
            rows.append(
                (
                    head,
                    [
                        number(figures[code]) if code in figures else ""
                        for code in ("rows_read", "rows_accepted", "rows_set_aside", "rows_failed")
                    ],
                )
            )
        if rows:
            tables.append(
                Table(
                    f"quality-{one['organisation_code']}",
                    say(Words(one["organisation_name"]), ": rows read, accepted and set aside"),
                    ["Record, and the rules that rows broke", "Read", "Accepted", "Set aside", "Broke the rule"],
                    rows,
                    organisation_code=one["organisation_code"],
                )
            )
    return tables


def findings(edition: Edition) -> list[tuple[Row, list[tuple[Row, Sentence | None]]]]:
    """What each organisation is to put right, oldest first, and what it is about; who owes nothing is named too."""
    return [
        (
            one,
            [
                (row, _about(edition, row))
                for row in sorted(edition.findings, key=lambda row: (str(row["since_on"] or ""), row["finding_id"]))
                if row["organisation_code"] == one["organisation_code"] and row["severity"] == "adverse"
            ],
        )
        for one in edition.organisations
    ]


def _about(edition: Edition, finding: Row) -> Sentence | None:
    """The thing said, the change, the return or the series that a finding is about, in its own checked words."""
    kind, subject, code = (finding.get(name) for name in ("subject_kind", "subject_id", "organisation_code"))
    if kind in ("input", "change"):
        column = {"input": "said", "change": "changed"}[kind]
        row = next(
            (
                row
                for row in getattr(edition, f"{kind}s")
                if (row["organisation_code"], row[f"{kind}_id"]) == (code, subject)
            ),
            None,
        )
        return say(Words(row[column], is_quoted=kind == "input")) if row and row[column] else None
    if kind == "return":
        feed, _, ends = subject.partition("/")
        row = next(
            (
                row
                for row in edition.coverage
                if (row["organisation_code"], row["feed"], str(row["period_end_on"])) == (code, feed, ends)
            ),
            None,
        )
        name = Words(words.opened(feed.replace("_", " ")))
        if row is None:
            return say(name)
        start = row["period_start_on"]
        return say(name, ", ", words.month(start) if _is_month(row) else words.quarter_in_short(start))
    if kind in ("activity", "survey"):
        return say(Words(finding["kind_label"]), ".")
    if finding.get("measure_code"):
        return say(Words(words.opened(edition.measure_name(finding["measure_code"]))))
    return None


# The annex


def against(row: Row) -> Sentence:
    """What a measure is held against, and whether anybody here has agreed to it."""
    if not row["threshold_words"]:
        return say("It is shown as it is; nothing is set for it to meet.")
    owner = Words(row["threshold_owner"]) if row["threshold_owner"] else "suggested value, not agreed here"
    return say("Held against: ", Words(row["threshold_words"]), " (", owner, ").")
