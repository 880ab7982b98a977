"""Tell the chain: what changed because of what people said, and what became of everything they said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report import page_one, words
from report.rows import Edition, Figure, Row
from report.tables import Table, anchor
from report.words import Sentence, Words, day, days, number, say, sentence

# What stands in the chain, thing by thing; the rows of other records are nowhere in the report.
RECORDS = ("input", "decision", "change", "told_back")


@dataclass(frozen=True)
class Story:
    changed: page_one.Changed
    heading: object
    said: Sequence[Row]
    why: Sentence | None
    moved: Sequence[Sentence]
    told: Sentence


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
        else sentence("the people who said it are waiting to hear" if waiting else _nobody_to_tell(inputs)),
    )


def _nobody_to_tell(inputs: Sequence[Row]) -> str:
    ends = {row["ended_by"] for row in inputs}
    if ends == {"no_reply_wanted"}:
        return "the people who said it wanted no reply"
    if ends == {"cannot_be_reached"}:
        return "the people who said it cannot be reached"
    if ends == {"no_reply_wanted", "cannot_be_reached"}:
        return "the people who said it wanted no reply or cannot be reached"
    return "nobody has been told yet"


def moved(edition: Edition, effect: Row) -> Sentence:
    """The effect in a sentence, with its size and how sure we are where both are published."""
    figures = {
        figure.statistic: figure
        for figure in edition.of_subject(effect["change_id"])
        if figure.section == "effects"
        and (figure.measure_code, figure.organisation_code) == (effect["measure_code"], effect["organisation_code"])
    }
    said = (
        say(Words(words.opened(effect["plain_name"])), ": ", Words(words.continued(effect["verdict_words"])))
        if effect["verdict_words"]
        else words.moved(effect["verdict"], effect["plain_name"])
    )
    size = figures.get("value")
    if not words.known(size):
        return said
    return words.paragraph(
        said,
        sentence(
            "it stands at ",
            number(size),
            " ",
            size.unit,
            "; ",
            words.likely_between(figures.get("lower"), figures.get("upper")),
        ),
    )


def _who(row: Row) -> Sentence | None:
    return say(" (", Words(words.lowered(row["told_who_label"])), ")") if row.get("told_who_label") else None


# The chain


def chain(edition: Edition) -> list[tuple[Row, list[Link]]]:
    """Organisation by organisation, everything said that this edition is about, in the order it was said."""
    return [
        (
            one,
            [
                _link(edition, row)
                for row in edition.inputs
                if row["organisation_code"] == one["organisation_code"] and row["is_in_report"]
            ],
        )
        for one in edition.organisations
    ]


def declined(edition: Edition) -> Table | None:
    """Everything that was declined or put off this quarter: what, by whom, why, and whether those who asked heard."""
    first, last = words.quarter_days(edition.quarter_id)
    found = [
        row
        for one in edition.organisations
        for row in edition.inputs
        if row["organisation_code"] == one["organisation_code"]
        and row["outcome"] in ("declined", "deferred")
        and row["decided_on"]
        and first <= row["decided_on"] <= last
    ]
    rows = []
    for row in found:
        link = _link(edition, row)
        where = say(Words(row["service_name"]), ", ") if row["service_name"] else None
        rows.append((link.said, [say(where, Words(row["organisation_name"])), link.decided, link.why, link.told]))
    heads = ["Asked for", "Where", "Answer", "Why", "Told"]
    return (
        Table("declined-each", "Each thing declined or put off, this quarter", heads, rows, subjects=found)
        if rows
        else None
    )


def said_at(row: Row) -> str:
    """Where one thing said stands on the page."""
    return anchor("said", row["organisation_code"], row["input_id"])


def _link(edition: Edition, row: Row) -> Link:
    figures = {
        figure.measure_code: figure
        for figure in edition.of_subject(row["input_id"])
        if figure.organisation_code == row["organisation_code"]
    }
    outcome = Words(row["outcome_label"] or "Decided")
    decided_by = say(" by the ", Words(words.lowered(row["decided_by_role"]))) if row["decided_by_role"] else None
    return Link(
        row=row,
        said=words.public(row["said"], row["said_words_state"]),
        decided=say(outcome, decided_by) if row["decided_on"] else say("Waiting for a decision"),
        decided_on=say(day(row["decided_on"])) if row["decided_on"] else say(),
        why=_why(row),
        changed=words.public(row["changed"], row["changed_words_state"])
        if row["change_id"]
        else say("No change linked" if row["decided_on"] else ""),
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


def _why(row: Row) -> Sentence:
    if not row["decided_on"]:
        return say()
    if row["is_declined_without_reason"]:
        return say("No reason given")
    if row["reason"]:
        return say(Words(row["reason"]))
    coded = Words(row["reason_code_label"]) if row["reason_code_label"] else None
    said = words.public(None, row["reason_words_state"])
    return say(coded, ". ", said) if coded else said


def _changed_on(row: Row) -> Sentence:
    if row["implemented_on"]:
        checked = (
            say("; checked by ", Words(words.lowered(row["verified_by_kind_label"] or "somebody")))
            if row["verified_on"]
            else "; not yet checked"
        )
        return say("In place since ", day(row["implemented_on"]), checked)
    if row["original_due_on"]:
        return say("Not in place yet; first promised for ", day(row["original_due_on"]))
    return say()


def _told(row: Row) -> Sentence:
    if row["ended_by"] == "told":
        return say("Told on ", day(row["told_on"]), _who(row))
    return say(words.from_list(words.ENDS, row["ended_by"]))
