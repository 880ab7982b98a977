"""Tell page one again in easy-read layout: short sentences, one idea each, in big type, with a picture beside each.

Nobody may call it easy read before people who use easy read have checked it, so it says that they have not. Its
sentences are made by rules of the same rows as page one; what other people wrote stands apart, in their own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from report import guide, html, page_one, voices, words
from report.rows import Edition, Figure, Row
from report.words import Code, Sentence, Words, day, number, out_of, say, sentence

# What other people wrote is cut here; it stands whole in the report.
MOST_QUOTED = 30
NOT_CHECKED = "People who use easy read have not checked this yet."
PLACES = ("First change", "Second change", "Third change")

STATES = {
    "draft": ("This is a draft.", "Nobody has signed it yet."),
    "accuracy_check": ("This is a draft.", "Services are checking the facts."),
    "network_comment": ("This is a draft.", "The network is reading it."),
    "signed_off": ("This report is ready.", "It is not out yet."),
    "published": ("This report is out.",),
    "corrected": ("This report had a mistake.", "There is a newer one. Please read that one."),
    "withdrawn": ("Do not use this report.", "The region has taken it back."),
}
MOVED = {
    "improved": (
        ("tick", "Things have got better since then."),
        ("question", "We do not know if the change did this."),
    ),
    "worsened": (("question", "Things have got worse since then."), ("question", "We do not know why.")),
    "no_signal": (("question", "We cannot see a difference so far."),),
    "too_early": (("clock", "It is too early to see a difference."),),
    "cannot_tell": (("question", "We cannot tell if there is a difference."),),
}
PROMISED = {
    "promises_done_on_time": ("tick", " happened on time"),
    "promises_done_late": ("clock", " happened late"),
    "promises_not_done": ("clock", " did not happen yet"),
    "promises_stopped": ("no", " will not happen"),
}


@dataclass(frozen=True)
class Line:
    """One idea and its picture. `is_quoted` are other people's words, `is_page_ones` is a sentence of page one."""

    picture: str
    said: Sentence
    is_quoted: bool = False
    is_page_ones: bool = False


@dataclass(frozen=True)
class Part:
    """Lines under a heading; `level` is the heading's."""

    heading: str
    lines: tuple[Line, ...]
    level: int = 2


def render(edition: Edition) -> bytes:
    """The page, without scripts, requests or a clock."""
    page = (
        html.environment()
        .get_template("plain_summary.html")
        .render(
            not_checked=NOT_CHECKED,
            region=Words(edition.facts["icb_name"] or edition.facts["icb_code"]),
            quarter=words.quarter(edition.quarter_id),
            parts=parts(edition),
            edition_id=Code(edition.facts["edition_id"]),
        )
    )
    return page.encode("utf-8")


def parts(edition: Edition) -> list[Part]:
    """Everything the page says, part by part, in page one's order."""
    return [
        Part("About this report", tuple(_about(edition))),
        *_changes(edition),
        Part("When services said no", tuple(_refused(edition))),
        Part("Who is waiting to hear", tuple(_waiting(edition))),
        Part("What may be getting worse", tuple(_worse(edition))),
        Part("Who was in the room", tuple(_room(edition))),
        Part("Was it safe?", tuple(_safe(edition))),
        Part("What the network says", tuple(_network(edition))),
        Part("What services promised", tuple(_promised(edition))),
        Part("What is missing", tuple(_missing(edition))),
        Part("What happens next", tuple(_next(edition))),
    ]


def _line(picture: str, *said: object) -> Line:
    return Line(picture, sentence(*said))


def _quote(picture: str, text: str) -> Line:
    return Line(picture, say(Words(words.within(text, MOST_QUOTED), is_quoted=True)), is_quoted=True)


def _named(picture: str, *said: object) -> Line:
    """A name that somebody else gave: a measure's, an organisation's."""
    return Line(picture, say(*said), is_quoted=True)


# What the report is


def _about(edition: Edition) -> Iterator[Line]:
    facts = edition.facts
    if any(row.get("is_made_up") for row in edition.organisations):
        yield _line("shield", "We made this report up. Nothing in it is real")
    yield _line("building", "this is about mental health services")
    yield _line("clock", "it is about three months: ", words.quarter(edition.quarter_id))
    yield _line("speech", "people told services what should change")
    yield _line("ear", "this report says what services did about it")
    yield _line("clock", "the numbers are from ", day(facts["data_cut_at"]))
    yield _line("shield", "we do not print very small numbers of people")
    yield _line("shield", "other numbers of people are not exact. This protects them")
    for said in STATES.get(facts["state"], STATES["draft"]):
        yield _line("letter", said)
    if facts.get("sign_off_kind") == "automatic":
        yield _line("question", "a computer signed it. No person did")
    elif facts.get("signed_off_by_role"):
        yield _line("tick", "the ", Words(words.lowered(facts["signed_off_by_role"])), " signed it")


# What changed


def _changes(edition: Edition) -> Iterator[Part]:
    changed = page_one.three_that_changed(edition)
    if not changed:
        yield Part("What changed", (_line("question", "we found no change that somebody else has checked"),))
        return
    named = [row["measure_code"] for one in changed for row in _looked_at(edition, one.change)]
    opening = _line("tick", "these things are different now because people spoke up")
    yield Part("What changed", (*_notice(named), opening))
    for place, one in zip(PLACES, changed, strict=False):
        yield Part(place, tuple(_change(edition, one.change)), level=3)


def _change(edition: Edition, change: Row) -> Iterator[Line]:
    if change["changed"]:
        yield _quote("tick", change["changed"])
    else:
        yield _line("question", "nobody has checked the words for this yet")
    for kind in _who(edition, change):
        yield _line("speech", "who asked: ", kind)
    yield _line("building", "where: ", Words(change["service_name"] or change["organisation_name"]))
    yield _line("clock", "it began on ", day(change["implemented_on"]))
    yield from _moved(edition, change)
    if change["verified_on"]:
        kind = Words(words.lowered(change["verified_by_kind_label"] or "we do not know"))
        yield _line("tick", "who checked it: ", kind)
    else:
        yield _line("question", "nobody has checked it yet")


def _who(edition: Edition, change: Row) -> list[Words]:
    """Each kind of person who asked, once, by the group's own term where it agreed one."""
    kinds = (row.get("agreed_term") or page_one.given_by(row) for row in page_one.inputs_behind(edition, change))
    known = [kind for kind in dict.fromkeys(kinds) if kind != page_one.NOT_RECORDED_WHO]
    return [Words(kind) for kind in known[: page_one.SHOWN_BY_NAME]] or [Words("we do not know")]


def _moved(edition: Edition, change: Row) -> Iterator[Line]:
    effects = _looked_at(edition, change)
    if not effects:
        yield _line("question", "nobody chose a way to measure it")
        return
    yield _line("people", "this is what we looked at:")
    for row in effects:
        yield _named("people", Words(row["plain_name"]))
    for picture, said in MOVED.get(effects[0]["verdict"], MOVED["cannot_tell"]):
        yield _line(picture, said)


def _looked_at(edition: Edition, change: Row) -> list[Row]:
    """The effects of a change that are named: those whose news is worst."""
    effects = page_one.effects_of(edition, change)
    return [row for row in effects if row["verdict"] == effects[0]["verdict"]][: page_one.SHOWN_BY_NAME]


def _notice(measure_codes: Iterable[str | None]) -> Iterator[Line]:
    """What stands before a part that names what is hard to read."""
    if guide.is_hard_to_read(measure_codes):
        yield _line("shield", guide.HARD_NAMED, " You can go past it")
        first = guide.SUPPORT[0]
        yield _line("ear", "if it is hard to read, you can call ", first.name, " on ", Words(first.number))


# The nine questions


def _refused(edition: Edition) -> Iterator[Line]:
    declined = edition.one("declined_with_reason", "denominator")
    if not words.known(declined):
        yield _unknown()
        return
    if words.nothing(declined):
        yield _line("tick", "services did not say no to anything")
        return
    yield _line("no", "services said no, or not yet, to ", _many(declined, "thing", "things"))
    yield _part_of(edition, "declined_with_reason", "letter", "they gave a reason for ", "reasons")
    yield _part_of(edition, "declined_and_told", "ear", "people got this answer in time: ", "answers")
    reason = page_one.newest_reason(edition)
    if reason:
        yield _line("speech", "here is one reason:")
        yield _quote("speech", reason)


def _waiting(edition: Edition) -> Iterator[Line]:
    if not edition.inputs:
        yield _unknown()
        return
    still = page_one.still_waiting(edition)
    if not still:
        yield _line("tick", "nobody who wants an answer is waiting")
        return
    count, longest = edition.one("inputs_waiting", "count"), edition.one("longest_wait", "days")
    if words.known(count):
        yield _line("letter", _many(count, "thing", "things"), " people said ", _has(count), " no answer yet")
    else:
        yield _line("letter", "some things people said have no answer yet")
    if words.known(longest) and longest.value:
        yield _line("clock", "the longest wait is ", words.days(longest))
    yield _line("speech", "people said this on ", day(still[0]["received_on"]))
    yield _line("building", "where: ", Words(still[0]["organisation_name"]))


def _worse(edition: Edition) -> Iterator[Line]:
    if not edition.series and not edition.effects:
        yield _unknown()
        return
    firm, found = page_one.warning_signs(edition)
    if not firm:
        yield _line("tick", "we see no warning signs for a whole organisation")
        if found:
            yield _line("question", "we do see some for single services")
        return
    yield from _notice(page_one.measures_named_as_worse(edition))
    yield _line("question", "we see warning signs here:")
    for row in firm[: page_one.SHOWN_BY_NAME]:
        measure = Words(edition.measure_name(row["measure_code"]))
        yield _named("building", measure, " at ", Words(row["organisation_name"]))
    if len(firm) > page_one.SHOWN_BY_NAME:
        yield _line("question", "the full report has more of them")


def _room(edition: Edition) -> Iterator[Line]:
    yield _part_of(edition, "sessions_held", "people", "planned meetings that took place: ", "meetings")
    yield _part_of(edition, "new_voices", "people", "visits by someone new: ", "new people")
    yield _line("question", "we cannot say who stayed away")


def _safe(edition: Edition) -> Iterator[Line]:
    yield _line("people", "some people need support to take part. We call this access needs")
    yield _part_of(edition, "needs_met", "tick", "access needs that services met: ", "access needs")
    yield _part_of(edition, "accessible_sessions", "building", "meetings in a place people can get into: ", "places")
    if not page_one.asks_about_payment(edition):
        yield _line("question", "we did not ask about pay, or about feeling safe")


def _network(edition: Edition) -> Iterator[Line]:
    yield _line("people", "the network is people who have used services")
    newest = voices.newest_of_the_network(edition)
    if newest:
        yield _line("speech", "the network says:")
        yield _quote("speech", newest["comment"])
        yield _line("letter", "the full report has all its words")
    else:
        yield _as_on_page_one(edition, "network", "speech")


def _promised(edition: Edition) -> Iterator[Line]:
    due = edition.one("promises_due", "count")
    if not words.known(due):
        yield _unknown()
        return
    yield _line("letter", "services promised ", _many(due, "change", "changes"), " for these three months")
    for code, (picture, said) in PROMISED.items():
        figure = edition.one(code, "count")
        if words.known(figure) and figure.value:
            yield _line(picture, number(figure), said)
    overdue, oldest = edition.one("promises_overdue_now", "count"), page_one.oldest_overdue(edition)
    if words.known(overdue):
        yield _line("clock", _many(overdue, "promise is", "promises are"), " late today")
    if oldest:
        yield _line("clock", "services promised the oldest one for ", day(oldest["original_due_on"]))


def _missing(edition: Edition) -> Iterator[Line]:
    yield _line("letter", "services have to send us sets of facts")
    yield _part_of(edition, "data_coverage", "letter", "sets that came: ", "how many came")
    names = page_one.absent(edition)
    if names:
        yield _line("question", "some sets did not come from here:")
    for name in names[: page_one.SHOWN_BY_NAME]:
        yield _named("building", Words(name))
    if len(names) > page_one.SHOWN_BY_NAME:
        yield _line("building", "some others did not come too")


def _next(edition: Edition) -> Iterator[Line]:
    yield _line("people", "a group of leaders reads this report. It is the committee")
    yield _as_on_page_one(edition, "to-decide", "question")
    yield _line("letter", "the full report says more about all of this")


# Pieces of sentences


def _unknown() -> Line:
    return _line("question", "nobody sent us facts about this")


def _many(figure: Figure, singular: str, plural: str) -> Sentence:
    """1 thing · 24 things · no things · about 45 people"""
    about = "about " if words.is_rounded(figure) else None
    shown = words.Number(figure, "no") if words.nothing(figure) else number(figure)
    return say(about, shown, " ", singular if figure.value == 1 else plural)


def _has(figure: Figure) -> str:
    return "has" if figure.value == 1 else "have"


def _part_of(edition: Edition, code: str, picture: str, before: str, about: str) -> Line:
    """So many of so many, never as a percentage; or why that cannot be said."""
    numerator, denominator = (edition.one(code, statistic) for statistic in ("numerator", "denominator"))
    if "no_evidence" in [one.value_state if one else "no_evidence" for one in (numerator, denominator)]:
        return _line("question", f"nobody sent us facts about {about}")
    rounded = words.known(denominator) and words.known(numerator) and words.is_rounded(denominator)
    return _line(picture, before, "about " if rounded else None, out_of(numerator, denominator))


def _as_on_page_one(edition: Edition, key: str, picture: str) -> Line:
    """What people entered stands in the words of page one."""
    said = next(answer.said for answer in page_one.answers(edition) if answer.key == key)
    return Line(picture, said, is_page_ones=True)
