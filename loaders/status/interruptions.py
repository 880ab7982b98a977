"""Name the few things of which somebody is told at once, and find them in how things stand."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from expectations.verdict import TELL_THE_LEAD
from loaders.status.digest import old_marts
from loaders.status.message import Message, Part
from loaders.status.standing import Standing

DATA_TEAM, LEAD = "data_team", "lead"
"""Who is told. The lead is the one for information governance; nobody else can say that it has been."""
TOLD_WITHIN = dt.timedelta(days=7)
"""How long after it was sent a file with identifiers still interrupts: a new machine does not tell of old ones."""


@dataclass(frozen=True)
class Kind:
    """One thing that interrupts: who is told, under what subject, and how each case of it is found, by a key."""

    to: str
    subject: str
    cases: Callable[[Standing], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Interruption:
    """One case of it; `key` never changes, so that it is told once."""

    key: str
    to: str
    message: Message


def _identifiers(standing: Standing) -> Iterable[tuple[str, str]]:
    for one in standing.in_question:
        if one.is_for_the_lead and standing.as_of - one.fetched_at <= TOLD_WITHIN:
            yield str(one.load_id), one.said_to_anyone


def _old_marts(standing: Standing) -> Iterable[tuple[str, str]]:
    said = old_marts(standing)
    if said and standing.built:
        yield str(standing.built.build_id), said


def _cuts_missed(standing: Standing) -> Iterable[tuple[str, str]]:
    return ((f"{one.quarter_id}/{one.icb_code}", one.said) for one in standing.cuts_missed)


KINDS = {
    "identifier": Kind(LEAD, f"Identifiers of persons were sent: {TELL_THE_LEAD}", _identifiers),
    "old_marts": Kind(DATA_TEAM, "People read old marts: no build has succeeded for days", _old_marts),
    "cut_missed": Kind(DATA_TEAM, "The data cut of a quarter was missed", _cuts_missed),
}
"""Everything that may interrupt anyone. What is not here waits for the morning."""


def interruptions(standing: Standing) -> list[Interruption]:
    """Return every case there is; whoever sends them remembers which were sent."""
    return [
        Interruption(f"{name} {key}", kind.to, Message(kind.subject, (Part("What happened", (line,)),)))
        for name, kind in KINDS.items()
        for key, line in kind.cases(standing)
    ]
