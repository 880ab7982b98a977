"""Six questions that people bring to the report: what it answers, how sure that is, and where the answer stands."""

from __future__ import annotations

from dataclasses import dataclass

from report import claims, page_one, sections, words
from report.basis import of_those_asked
from report.rows import Edition, Row
from report.tables import RESTRICTIVE
from report.words import Sentence, Words, counted, listed, number, paragraph, say, sentence


@dataclass(frozen=True)
class Question:
    """`more` are (anchor, name) of the sections where the whole answer stands."""

    key: str
    asked: str
    said: Sentence
    more: tuple[tuple[str, str], ...]


def questions(edition: Edition) -> list[Question]:
    return [
        Question(
            "changed",
            "What changed this quarter because of what people said?",
            changed(edition),
            ((sections.BECAUSE.key, "Each change, who asked and whether it helped"),),
        ),
        Question(
            "declined",
            "Which requests were declined, and why?",
            page_one.refused(edition, page_one.CUT_TO_WORDS[0]),
            ((sections.DECLINED.key, "Each one, with its reason"),),
        ),
        Question(
            "claimed",
            "Whose claim stands above what the records show?",
            claims.shortly(edition),
            ((sections.CLAIMS.key, "Each claim, and what the records or the members say"),),
        ),
        Question(
            "restraint",
            "Is restraint falling, and is that sure?",
            restraint(edition),
            ((sections.RESTRICTIVE.key, "The charts; people to talk to are named first"),),
        ),
        Question(
            "missing-voices",
            "Who is missing from the room?",
            missing_voices(edition),
            ((sections.ROOM.key, sections.ROOM.title),),
        ),
        Question(
            "incomplete",
            "How much of this rests on incomplete data?",
            incomplete(edition),
            ((sections.DATA.key, "Every return, and what was set aside"),),
        ),
    ]


def changed(edition: Edition) -> Sentence:
    made, checked = (edition.one(code, "count") for code in ("changes_made", "changes_checked"))
    if made is None:
        return sentence("no evidence about changes was received")
    came_of_it = any(row["is_influence"] and row["is_in_report"] for row in edition.changes)
    return paragraph(
        sentence(counted(made, "change was", "changes were"), " made this quarter"),
        sentence("changes checked this quarter by somebody other than their owner: ", number(checked)),
        sentence("each change that came of what people said stands below") if came_of_it else None,
    )


def restraint(edition: Edition) -> Sentence:
    """What the charts say, whole organisations first, places with the same verdict said together; and from how many."""
    rows = [row for row in edition.series if row["measure_code"] in RESTRICTIVE]
    if not rows:
        return sentence("no evidence about restrictive practice was received, which does not mean that there was none")
    wholes = [row for row in rows if not row["service_id"]]
    services = [row for row in rows if row["service_id"]]
    sent, asked = (
        next(iter(edition.of_measure("evidence", statistic, breakdown_code=RESTRICTIVE[0])), None)
        for statistic in ("numerator", "denominator")
    )
    return paragraph(
        *(say(_place(row), " as a whole: ", _verdict(row)) for row in wholes),
        *_together(services),
        sentence("a signal is more than chance usually brings, and does not say why"),
        sentence("evidence came from ", of_those_asked(sent, asked)) if sent and asked else None,
    )


def _together(rows: list[Row]) -> list[Sentence]:
    alike: dict[str, list[Row]] = {}
    for row in rows:
        alike.setdefault(row["verdict_words"] or "", []).append(row)
    return [say(listed([_place(row) for row in same]), ": ", _verdict(same[0])) for same in alike.values()]


def _place(row: Row) -> Words:
    return Words(row["service_name"] or row["organisation_name"])


def _verdict(row: Row) -> Words | str:
    return Words(words.continued(row["verdict_words"])) if row["verdict_words"] else "no verdict."


def missing_voices(edition: Edition) -> Sentence:
    silent = [
        Words(row["organisation_name"])
        for row in edition.organisations
        if not words.known(edition.one("sessions_held", "denominator", row["organisation_code"]))
    ]
    share = [edition.one("new_voices", statistic) for statistic in ("numerator", "denominator", "share")]
    return paragraph(
        sentence("these records cannot say who stayed away"),
        sentence("no evidence about sessions came from ", listed(silent)) if silent else None,
        sentence("attendances that were someone’s first: ", words.out_of(*share)),
        sentence("small groups are not asked about their characteristics, so that nobody can be pointed at"),
    )


def incomplete(edition: Edition) -> Sentence:
    """The returns, and each measure that not everybody who was asked sent evidence of."""
    sent, asked = (
        {figure.breakdown_code: figure for figure in edition.by("measure", statistic)}
        for statistic in ("numerator", "denominator")
    )
    partly = [
        say(Words(words.lowered(edition.measure_name(code))), ", ", words.out_of(sent[code], asked[code]))
        for code in sorted(sent, key=edition.measure_name)
        if code in asked and sent[code].value != asked[code].value
    ]
    return paragraph(
        page_one.missing(edition),
        sentence("not every organisation asked sent evidence of: ", listed(partly, between="; ", last="; "))
        if partly
        else None,
    )
