"""The one screen that a committee reads: what changed, what did not, who waits, and how sure this report can be.

Each function answers one question with sentences made of published rows. What the rows cannot answer is said, not left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from report import words
from report.rows import Edition, Row
from report.words import Sentence, Words, counted, day, listed, number, out_of, paragraph, say, sentence

THINGS_THAT_CHANGED = 3
# A change stays news for two years, so that there is time to see whether a measure moved.
NEWS_FOR_YEARS = 2
# Page one is read in one sitting; the whole wording stands in the sections.
WORDS_OF_A_CHANGE = 15
WORDS_OF_A_REASON = 14
SHOWN_BY_NAME = 2


@dataclass(frozen=True)
class Changed:
    """One thing that changed, as page one and its section tell it."""

    change: Row
    title: Words | str
    asked_by: Sentence
    different: Sentence
    moved: Sentence
    checked: Sentence


@dataclass(frozen=True)
class Answer:
    key: str
    question: str
    said: Sentence


def answers(edition: Edition) -> list[Answer]:
    return [
        Answer("refused", "What was refused, and why", refused(edition)),
        Answer("waiting", "Who is still waiting to hear", waiting(edition)),
        Answer("worse", "What is getting worse", worse(edition)),
        Answer("room", "Who was not in the room", room(edition)),
        Answer("safe", "Was it safe, and how sure are we", safe(edition)),
        Answer("network", "What the network says", network(edition)),
        Answer("promised", "What was promised, and was it done", promised(edition)),
        Answer("missing", "How much rests on missing data", missing(edition)),
        Answer("to-decide", "What the committee is asked to decide", to_decide(edition)),
    ]


# What changed


def three_that_changed(edition: Edition) -> list[Changed]:
    """Changes that count as influence: those whose effect is known first, then the newest; one for each organisation before a second."""
    since = _years_before(_cut_on(edition), NEWS_FOR_YEARS)
    influence = [row for row in edition.changes if row["is_influence"] and row["implemented_on"] and row["implemented_on"] >= since]
    influence.sort(key=lambda row: (-row["implemented_on"].toordinal(), row["organisation_code"], row["change_id"]))
    influence.sort(key=lambda row: (row["changed"] is None, not _verdict_known(edition, row), not row["is_in_report"]))
    chosen: list[Row] = []
    for fresh_only in (True, False):
        for row in influence:
            seen = {one["organisation_code"] for one in chosen}
            if len(chosen) < THINGS_THAT_CHANGED and row not in chosen and not (fresh_only and row["organisation_code"] in seen):
                chosen.append(row)
    return [as_changed(edition, row) for row in chosen]


def as_changed(edition: Edition, change: Row) -> Changed:
    return Changed(
        change=change,
        title=Words(words.within(change["changed"], WORDS_OF_A_CHANGE)) if change["changed"] else "Wording not yet checked",
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
        kind = Words(row["agreed_term"]) if row.get("agreed_term") else given_by(row)
        if kind not in kinds:
            kinds.append(kind)
    where = Words(change["service_name"] or change["organisation_name"])
    return say(words.opened(str(kinds[0])), *((" and ", *listed(kinds[1:]).parts) if kinds[1:] else ()), ", ", where) if kinds else say("Not recorded, ", where)


def inputs_behind(edition: Edition, change: Row) -> list[Row]:
    ids = set((change["input_ids"] or "").split(";"))
    return [row for row in edition.inputs if row["organisation_code"] == change["organisation_code"] and row["input_id"] in ids]


def given_by(row: Row) -> str:
    return words.GIVEN_BY.get(row["given_by_kind"]) or row.get("given_by_kind_label") or words.GIVEN_BY["not_known"]


def effects_of(edition: Edition, change: Row) -> list[Row]:
    """The effects of one change, bad news first."""
    order = list(words.MOVED)
    order = ["worsened", *(verdict for verdict in order if verdict != "worsened")]
    found = [row for row in edition.effects if (row["organisation_code"], row["change_id"]) == (change["organisation_code"], change["change_id"])]
    return sorted(found, key=lambda row: (order.index(row["verdict"]) if row["verdict"] in order else len(order), row["measure_code"]))


def shortly_moved(effects: list[Row]) -> Sentence:
    """A: associated with an improvement; B: no signal either way."""
    if not effects:
        return say("none was chosen")
    told = [say(Words(words.lowered(row["plain_name"])), ": ", words.SHORTLY_MOVED.get(row["verdict"], "cannot tell")) for row in effects[:SHOWN_BY_NAME]]
    return listed(told, between="; ", last="; ")


def checked_by(change: Row) -> Sentence:
    if not change["verified_on"]:
        return say("nobody yet")
    who = words.CHECKED_BY.get(change["verified_by_kind"]) or change.get("verified_by_kind_label") or "somebody"
    return say(who, ", ", day(change["verified_on"]))


def _verdict_known(edition: Edition, change: Row) -> bool:
    return any(row["verdict"] in ("improved", "worsened") for row in effects_of(edition, change))


# The nine questions


def refused(edition: Edition) -> Sentence:
    declined = edition.one("declined_with_reason", "denominator")
    if words.nothing(declined):
        return sentence("nothing was declined or put off this quarter")
    told = edition.one("declined_and_told", "numerator"), edition.one("declined_and_told", "denominator")
    return paragraph(
        sentence(counted(declined, "thing was", "things were"), " declined or put off"),
        sentence("with a reason: ", out_of(edition.one("declined_with_reason", "numerator"), declined)),
        sentence("explained to those who asked: ", out_of(*told)),
        _one_reason(edition),
    )


def _one_reason(edition: Edition) -> Sentence | None:
    """The newest reason that was put in words and checked."""
    told = [row for row in edition.inputs if row["outcome"] in ("declined", "deferred") and row["is_in_report"] and row["reason"]]
    newest = max(told, key=lambda row: (row["decided_on"], row["input_id"]), default=None)
    return newest and say(Words(words.within(newest["reason"], WORDS_OF_A_REASON), is_quoted=True))


def waiting(edition: Edition) -> Sentence:
    still = sorted((row for row in edition.inputs if row["is_waiting"]), key=lambda row: (row["received_on"], row["input_id"]))
    if not still:
        return sentence("nobody who wanted a reply is waiting to hear")
    first = still[0]
    longest = edition.one("longest_wait", "days")
    began = say("since ", day(first["received_on"]), " at ", Words(first["organisation_name"]))
    return paragraph(
        _how_many_wait(edition),
        sentence("the longest wait: ", words.days(longest), ", ", began) if words.known(longest) else sentence("the longest wait began on ", day(first["received_on"]), " at ", Words(first["organisation_name"])),
        _told_in_ninety(edition),
    )


def _how_many_wait(edition: Edition) -> Sentence | None:
    still = edition.one("waiting", "count")
    return still and sentence(counted(still, "thing said has", "things said have"), " no reply yet")


def _told_in_ninety(edition: Edition) -> Sentence | None:
    share = edition.one("told_back_within_90_days", "share")
    return sentence("about ", number(share), " hear within ninety days") if words.known(share) else None


def worse(edition: Edition) -> Sentence:
    concerns = [row for row in edition.series if "concern" in (row["variation_icon"] or "")]
    after = [row for row in edition.effects if row["verdict"] == "worsened"]
    if not concerns and not after:
        return sentence("no published chart shows a signal of getting worse. Charts that are too small to publish cannot show one")
    named = [say(Words(words.lowered(row["plain_name"])), " at ", Words(row["service_name"] or row["organisation_name"])) for row in concerns]
    named += [say(Words(words.lowered(row["plain_name"])), " after a change at ", Words(edition.organisation_name(row["organisation_code"]))) for row in after]
    more = " and others, listed below" if len(named) > SHOWN_BY_NAME else ""
    return paragraph(sentence(listed(named[:SHOWN_BY_NAME]), more), sentence("a signal says that something changed, not why"))


def room(edition: Edition) -> Sentence:
    new = edition.one("new_voices", "numerator"), edition.one("new_voices", "denominator"), edition.one("new_voices", "share")
    carers = edition.one("carers_in_the_room", "count")
    return paragraph(
        sentence("sessions held as planned: ", out_of(edition.one("sessions_held", "numerator"), edition.one("sessions_held", "denominator"), edition.one("sessions_held", "share"))),
        sentence("there for the first time: ", out_of(*new)),
        sentence("carers: ", number(carers)) if carers else None,
        sentence("these records cannot say who stayed away"),
    )


def safe(edition: Edition) -> Sentence:
    needs = edition.one("needs_met", "numerator"), edition.one("needs_met", "denominator"), edition.one("needs_met", "share")
    places = edition.one("accessible_sessions", "numerator"), edition.one("accessible_sessions", "denominator"), edition.one("accessible_sessions", "share")
    return paragraph(
        sentence("access needs met: ", out_of(*needs)),
        sentence("sessions in an accessible place: ", out_of(*places)),
        None if _asks_about_payment(edition) else sentence("payment and feeling safe are not measured in this edition, so we cannot be sure"),
    )


def _asks_about_payment(edition: Edition) -> bool:
    return any(edition.of_measure(code) for code in ("participations_paid", "claims_paid_in_time", "safety_bundle", "felt_safe"))


def network(edition: Edition) -> Sentence:
    if not edition.challenges:
        return sentence("no comments have been recorded in this edition")
    newest = edition.challenges[-1]
    return paragraph(say(Words(words.within(newest["comment"], WORDS_OF_A_REASON), is_quoted=True)), sentence("all comments and replies stand below"))


def promised(edition: Edition) -> Sentence:
    due = edition.one("changes_on_time", "denominator")
    overdue = edition.one("changes_overdue", "numerator")
    late = [row for row in edition.changes if row["promise_state"] == "overdue"]
    longest = min(late, key=lambda row: (row["original_due_on"], row["change_id"]), default=None)
    return paragraph(
        sentence("no change was due this quarter") if words.nothing(due) else sentence("made by the first date promised: ", out_of(edition.one("changes_on_time", "numerator"), due, edition.one("changes_on_time", "share"))),
        sentence(counted(overdue, "change is", "changes are"), " overdue") if overdue else None,
        sentence("the oldest was promised for ", day(longest["original_due_on"])) if longest else None,
    )


def missing(edition: Edition) -> Sentence:
    came, due = edition.one("data_coverage", "numerator"), edition.one("data_coverage", "denominator")
    absent = sorted({row["organisation_name"] for row in edition.coverage if row["quarter_id"] == edition.quarter_id and row["state"] in ("missing", "refused", "held", "withdrawn")})
    return paragraph(
        sentence("returns that were due and came: ", out_of(came, due, edition.one("data_coverage", "share"))),
        sentence("not all from ", listed([Words(name) for name in absent[:SHOWN_BY_NAME]]), " and others" if len(absent) > SHOWN_BY_NAME else "") if absent else None,
        sentence("missing is never counted as nothing"),
    )


def to_decide(edition: Edition) -> Sentence:
    if not edition.asks:
        return sentence("nobody has entered a question for the committee in this edition. A named role enters it before sign-off")
    return paragraph(*(sentence(Words(row["ask"]), " (", Words(row["entered_by_role"]), ")") for row in edition.asks))


# The state of the edition


def banner(edition: Edition) -> list[tuple[str, Sentence]]:
    """What a reader must know before the first number: (heading, sentence), most important first."""
    facts = edition.facts
    state = words.STATES.get(facts["state"], "Draft")
    signed = facts.get("sign_off_kind")
    if signed == "automatic":
        by = say("This edition was signed off automatically. No person has signed it.")
    elif facts.get("signed_off_by_role"):
        by = say("Signed off by the ", Words(words.lowered(facts["signed_off_by_role"])), " on ", day(facts["signed_off_on"]), ".")
    else:
        by = say("Nobody has signed it off.")
    lines = [(f"{state}.", paragraph(by, sentence("figures as they stood on ", day(facts["data_cut_at"]))))]
    if any(row.get("is_made_up") for row in edition.organisations):
        lines.insert(0, ("Made up.", say("The region, its organisations and every number in this report are made up.")))
    return lines


def _cut_on(edition: Edition) -> date:
    cut = edition.facts["data_cut_at"]
    return cut.date() if hasattr(cut, "date") else cut


def _years_before(on: date, years: int) -> date:
    return date(on.year - years, on.month, 1)


def names(rows: Iterable[Row]) -> list[Words]:
    return [Words(row["organisation_name"]) for row in rows]
