"""The one screen that a committee reads: what changed, what did not, who waits, and how sure this report can be.

Each function answers one question with sentences made of published rows; what they cannot answer is said, not left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from report import guide, sections, voices, words
from report.rows import Edition, Row
from report.words import Sentence, Words, counted, day, listed, number, out_of, paragraph, say, sentence

THINGS_THAT_CHANGED = 3
NOTHING_CHANGED = (
    "No change in this edition was linked to a decision, made, and checked by somebody other than its owner."
)
# A change stays news for two years, so that there is time to see whether a measure moved.
NEWS_FOR_YEARS = 2
# Page one is read in one sitting; what does not fit is cut, and stands whole in the sections.
MOST_WORDS = 350
CUT_TO_WORDS = (18, 14, 11, 9, 8, 7, 6, 5, 4)
SHOWN_BY_NAME = 2
NOT_RECORDED_WHO = "someone, not recorded who"
# States of a return of which nothing can be counted, and those that came after their day.
NOT_IN = ("missing", "refused", "held", "withdrawn")
LATE = ("late",)


@dataclass(frozen=True)
class Changed:
    """One thing that changed, as page one and its section tell it."""

    change: Row
    title: Words | str
    asked_by: Sentence
    different: Sentence
    moved: Sentence
    checked: Sentence

    @property
    def facts(self) -> tuple[tuple[str, Sentence], ...]:
        """What every face tells of it, under these names."""
        return (
            ("Asked by", self.asked_by),
            ("In place", self.different),
            ("Measure", self.moved),
            ("Checked by", self.checked),
        )


@dataclass(frozen=True)
class Answer:
    key: str
    question: str
    said: Sentence
    notice: Sentence | None = None
    """What a paper says first where the answer is hard to read; it is not counted among page one’s words."""


def fitted(edition: Edition) -> tuple[list[Changed], list[Answer]]:
    """Page one with other people's wording as long as there is room for it."""
    for most in CUT_TO_WORDS:
        page = three_that_changed(edition, most), answers(edition, most)
        if _words_on(*page) <= MOST_WORDS:
            break
    return page


def heading(changed: Sequence[Changed]) -> str:
    return "Three things that changed" if len(changed) == THINGS_THAT_CHANGED else "What changed"


def _words_on(changed: list[Changed], answered: list[Answer]) -> int:
    said = [heading(changed), *([] if changed else [NOTHING_CHANGED])]
    said += [str(one.title) for one in changed]
    said += [f"{name} {told}" for one in changed for name, told in one.facts]
    said += [f"{one.question} {one.said}" for one in answered]
    return words.word_count(said)


def answers(edition: Edition, most: int = CUT_TO_WORDS[0]) -> list[Answer]:
    return [
        Answer("refused", "Refused, and why", refused(edition, most)),
        Answer("waiting", "Still waiting to hear", waiting(edition)),
        Answer("worse", "Getting worse", worse(edition), guide.notice(measures_named_as_worse(edition))),
        Answer("room", "Not in the room", room(edition)),
        Answer("safe", "Safe, and how sure", safe(edition)),
        Answer("network", "The network says", voices.network_in_short(edition, most)),
        Answer("promised", "Promised, and done", promised(edition)),
        Answer("missing", "Missing data", missing(edition)),
        Answer(sections.TO_DECIDE.key, sections.TO_DECIDE.title, voices.asked_of_the_committee(edition, most)),
    ]


# What changed


def three_that_changed(edition: Edition, most: int = CUT_TO_WORDS[0]) -> list[Changed]:
    """Changes that count as influence: known effects first, then the newest; each organisation before one has two."""
    since = _years_before(_cut_on(edition), NEWS_FOR_YEARS)
    influence = [
        row
        for row in edition.changes
        if row["is_influence"] and row["implemented_on"] and row["implemented_on"] >= since
    ]
    influence.sort(key=lambda row: (-row["implemented_on"].toordinal(), row["organisation_code"], row["change_id"]))
    influence.sort(key=lambda row: (row["changed"] is None, not _verdict_known(edition, row), not row["is_in_report"]))
    chosen: list[Row] = []
    for fresh_only in (True, False):
        for row in influence:
            seen = {one["organisation_code"] for one in chosen}
            if (
                len(chosen) < THINGS_THAT_CHANGED
                and row not in chosen
                and not (fresh_only and row["organisation_code"] in seen)
            ):
                chosen.append(row)
    return [as_changed(edition, row, most) for row in chosen]


def as_changed(edition: Edition, change: Row, most: int = CUT_TO_WORDS[0]) -> Changed:
    return Changed(
        change=change,
        title=Words(words.within(change["changed"], most)) if change["changed"] else "Wording not yet checked",
        asked_by=asked_by(edition, change),
        different=say("since ", day(change["implemented_on"])),
        moved=shortly_moved(effects_of(edition, change)),
        checked=checked_by(change),
    )


def asked_by(edition: Edition, change: Row) -> Sentence:
    """Who asked: each kind of person once, in the group's own term where it agreed one, and where."""
    inputs = inputs_behind(edition, change)
    kinds: list[object] = []
    for row in inputs:
        kind = Words(row.get("agreed_term") or given_by(row))
        if kind not in kinds:
            kinds.append(kind)
    # Whom the register names comes first.
    kinds.sort(key=lambda kind: str(kind) == NOT_RECORDED_WHO)
    where = Words(change["service_name"] or change["organisation_name"])
    return say(listed(kinds[:SHOWN_BY_NAME]), ", ", where) if kinds else say("not recorded, ", where)


def inputs_behind(edition: Edition, change: Row) -> list[Row]:
    ids = set((change["input_ids"] or "").split(";"))
    return [
        row
        for row in edition.inputs
        if row["organisation_code"] == change["organisation_code"] and row["input_id"] in ids
    ]


def given_by(row: Row) -> str:
    """a carer; someone, where the register does not say who."""
    if row["given_by_kind"] in (None, "not_known"):
        return NOT_RECORDED_WHO
    return words.lowered(row["given_by_kind_label"] or NOT_RECORDED_WHO)


def effects_of(edition: Edition, change: Row) -> list[Row]:
    """The effects of one change, bad news first."""
    order = list(words.MOVED)
    order = ["worsened", *(verdict for verdict in order if verdict != "worsened")]
    found = [
        row
        for row in edition.effects
        if (row["organisation_code"], row["change_id"]) == (change["organisation_code"], change["change_id"])
    ]
    return sorted(
        found,
        key=lambda row: (order.index(row["verdict"]) if row["verdict"] in order else len(order), row["measure_code"]),
    )


def shortly_moved(effects: list[Row]) -> Sentence:
    """The measures whose news is worst, in few words: chase contacts: no signal either way."""
    if not effects:
        return say("none was chosen")
    worst = effects[0]["verdict"]
    alike = [Words(words.lowered(row["plain_name"])) for row in effects if row["verdict"] == worst]
    return say(listed(alike[:SHOWN_BY_NAME]), ": ", words.SHORTLY_MOVED.get(worst, words.SHORTLY_MOVED["cannot_tell"]))


def checked_by(change: Row) -> Sentence:
    if not change["verified_on"]:
        return say("nobody yet")
    return say(Words(words.lowered(change["verified_by_kind_label"] or "not recorded")))


def _verdict_known(edition: Edition, change: Row) -> bool:
    return any(row["verdict"] in ("improved", "worsened") for row in effects_of(edition, change))


# The nine questions


def refused(edition: Edition, most: int) -> Sentence:
    declined = edition.one("declined_with_reason", "denominator")
    if words.nothing(declined):
        return sentence("nothing was declined or put off this quarter")
    told = edition.one("declined_and_told", "numerator"), edition.one("declined_and_told", "denominator")
    return paragraph(
        sentence(counted(declined, "thing", "things"), " declined or put off"),
        sentence("with a reason: ", out_of(edition.one("declined_with_reason", "numerator"), declined)),
        sentence("told so in time: ", out_of(*told)),
        _one_reason(edition, most),
    )


def _one_reason(edition: Edition, most: int) -> Sentence | None:
    reason = newest_reason(edition)
    return say(Words(words.within(reason, most), is_quoted=True)) if reason else None


def newest_reason(edition: Edition) -> str | None:
    """The newest reason for a refusal that was put in words and checked."""
    told = [
        row
        for row in edition.inputs
        if row["outcome"] in ("declined", "deferred") and row["is_in_report"] and row["reason"]
    ]
    newest = max(told, key=lambda row: (row["decided_on"], row["input_id"]), default=None)
    return newest and newest["reason"]


def waiting(edition: Edition) -> Sentence:
    if not edition.inputs:
        return sentence("no evidence about what people said was received")
    still = still_waiting(edition)
    if not still:
        return sentence("nobody who wanted a reply is waiting to hear")
    longest = edition.one("longest_wait", "days")
    still_count = edition.one("inputs_waiting", "count")
    first = still[0]
    return paragraph(
        sentence(counted(still_count, "thing said has", "things said have"), " no reply yet"),
        sentence(
            "the longest wait: ",
            say(words.days(longest), ", ") if words.known(longest) else None,
            "since ", day(first["received_on"]), " at ", Words(first["organisation_name"]),
        ),
    )  # fmt: skip


def still_waiting(edition: Edition) -> list[Row]:
    """What was said and has no reply yet though one is wanted, the longest wait first."""
    waits = (row for row in edition.inputs if row["is_waiting"])
    return sorted(waits, key=lambda row: (row["received_on"], row["input_id"]))


def worse(edition: Edition) -> Sentence:
    """What the findings call worse: a whole organisation's measure, or one that a change was to better."""
    if not edition.series and not edition.effects:
        return sentence("no evidence that could show a trend was received")
    firm, found = warning_signs(edition)
    if not firm:
        return paragraph(
            sentence("no organisation’s figures as a whole show a signal of getting worse"),
            sentence("single services do, as the charts below show") if found else None,
        )
    more = ", and more below" if len(firm) > SHOWN_BY_NAME else ""
    return sentence(listed([_named(edition, row) for row in firm[:SHOWN_BY_NAME]]), more)


def warning_signs(edition: Edition) -> tuple[list[Row], list[Row]]:
    """Findings that something gets worse in an organisation or since a change; and all, those of a service too."""
    found = [row for row in edition.findings if row["kind"] in ("worsening", "worsened_after_change")]
    return [row for row in found if row["severity"] == "adverse"], found


def measures_named_as_worse(edition: Edition) -> list[str | None]:
    firm, _ = warning_signs(edition)
    return [row["measure_code"] for row in firm[:SHOWN_BY_NAME]]


def _named(edition: Edition, finding: Row) -> Sentence:
    measure = Words(words.lowered(edition.measure_name(finding["measure_code"])))
    after = " after a change" if finding["kind"] == "worsened_after_change" else ""
    return say(measure, after, " at ", Words(finding["organisation_name"]))


def room(edition: Edition) -> Sentence:
    return paragraph(
        sentence("sessions held: ", _of(edition, "sessions_held")),
        sentence("attendances that were someone’s first: ", _of(edition, "new_voices")),
        sentence("these records cannot say who stayed away"),
    )


def _of(edition: Edition, code: str) -> Sentence:
    return out_of(*(edition.one(code, statistic) for statistic in ("numerator", "denominator", "share")))


def safe(edition: Edition) -> Sentence:
    return paragraph(
        sentence("access needs met: ", _of(edition, "needs_met")),
        sentence("sessions in accessible places: ", _of(edition, "accessible_sessions")),
        None if asks_about_payment(edition) else sentence("payment and feeling safe are not measured here"),
    )


def asks_about_payment(edition: Edition) -> bool:
    return any(
        edition.of_measure(code)
        for code in ("participations_paid", "claims_paid_in_time", "safety_bundle", "felt_safe")
    )


def promised(edition: Edition) -> Sentence:
    due = edition.one("promises_due", "count")
    oldest = oldest_overdue(edition)
    if due is None:
        return sentence("no evidence about promises was received")
    became = [
        (edition.one(code, "count"), said)
        for code, said in (
            ("promises_done_on_time", " on time"),
            ("promises_done_late", " late"),
            ("promises_not_done", " not yet"),
            ("promises_stopped", " given up"),
        )
    ]
    shown = [say(number(figure), said) for figure, said in became if words.known(figure) and figure.value]
    return paragraph(
        sentence(
            counted(due, "change", "changes"), " promised for this quarter", say(": ", listed(shown)) if shown else None
        ),
        sentence(
            "overdue in all: ",
            number(edition.one("promises_overdue_now", "count")),
            say(", the oldest since ", day(oldest["original_due_on"])) if oldest else None,
        ),
    )


def oldest_overdue(edition: Edition) -> Row | None:
    """The change that was promised longest ago and is not made."""
    overdue = (row for row in edition.changes if row["promise_state"] == "overdue")
    return min(overdue, key=lambda row: (row["original_due_on"], row["change_id"]), default=None)


def missing(edition: Edition) -> Sentence:
    names = absent(edition)
    return paragraph(
        sentence("returns that were due and came: ", _of(edition, "data_coverage")),
        sentence(
            "not all came from ",
            listed([Words(name) for name in names[:SHOWN_BY_NAME]]),
            " and others" if len(names) > SHOWN_BY_NAME else "",
        )
        if names
        else None,
    )


def absent(edition: Edition) -> list[str]:
    """Organisations of which a return of this quarter is not there, in alphabetical order."""
    return sorted(
        {
            row["organisation_name"]
            for row in edition.coverage
            if row["quarter_id"] == edition.quarter_id and row["state"] in NOT_IN
        }
    )


# The state of the edition


def banner(edition: Edition) -> list[tuple[str, Sentence]]:
    """What a reader must know before the first number: (heading, sentence), most important first."""
    facts = edition.facts
    state = words.STATES.get(facts["state"], "Draft")
    signed = facts.get("sign_off_kind")
    if signed == "automatic":
        by = say("This edition was signed off automatically. No person has signed it.")
    elif facts.get("signed_off_by_role"):
        by = say(
            "Signed off by the ",
            Words(words.lowered(facts["signed_off_by_role"])),
            " on ",
            day(facts["signed_off_on"]),
            ".",
        )
    else:
        by = say("Nobody has signed it off.")
    as_known = sentence("figures as they stood on ", day(facts["data_cut_at"]))
    lines = [(f"{state}.", paragraph(voices.what_became_of_it(edition), by, as_known))]
    if any(row.get("is_made_up") for row in edition.organisations):
        lines.insert(0, ("Made up.", say("The region, its organisations and every number in this report are made up.")))
    return lines


def _cut_on(edition: Edition) -> date:
    cut = edition.facts["data_cut_at"]
    return cut.date() if hasattr(cut, "date") else cut


def _years_before(on: date, years: int) -> date:
    return date(on.year - years, on.month, 1)
