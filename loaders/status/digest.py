"""Choose what a data team is told on the morning of a working day: what needs it, and what senders were told."""

import datetime as dt
from collections.abc import Iterable

from loaders.status.message import Message, Part
from loaders.status.reading import WARN_DAYS
from loaders.status.standing import AgreementEnding, Standing, day
from warehouse.periods import LONDON, is_working_day

AT = dt.time(7, 30)
"""When the message is written, in London; it tells what is new since the one of the working day before."""
KEPT_SAYING = 92
"""Days for which what is late or over is said again at the beginning of each week; `assure status` says it for ever."""
MARTS_OLD_AFTER = 2
"""Days after which the marts that people read are old: a build is due each night, and one may fail."""


def of_the_morning(standing: Standing, red: Iterable[str] = ()) -> Message | None:
    """Return the message of a working day's morning; None on any other day, and where there is nothing to say.

    `red` are the DAGs whose runs have ended red since the message before.
    """
    today, before = day_of(standing), since(standing.as_of)
    if not is_working_day(today):
        return None
    needs_today = [
        *(f"{dag_id} ended red; its page in Airflow says what that means and what to do" for dag_id in red),
        *_today(standing, before),
    ]
    parts = (
        Part("Needs you today", tuple(needs_today)),
        Part("Needs you this week", tuple(_this_week(standing, before))),
        Part(
            "Senders’ faults already sent back",
            tuple(one.said_to_anyone for one in standing.told if one.told_at > before),
        ),
    )
    parts = tuple(part for part in parts if part.lines)
    if not parts:
        return None
    counted = ", ".join(f"{part.heading[0].lower()}{part.heading[1:]}: {len(part.lines)}" for part in parts)
    return Message(f"Co-production assurance, {day(today)}: {counted}", parts)


def since(as_of: dt.datetime) -> dt.datetime:
    """Return the moment of the message before: what came after it is new."""
    return dt.datetime.combine(_working_day_before(as_of.astimezone(LONDON).date()), AT, LONDON)


def day_of(standing: Standing) -> dt.date:
    """Return the day for which a message is written."""
    return standing.as_of.astimezone(LONDON).date()


def old_marts(standing: Standing) -> str | None:
    """Return what to say where people read old marts; None where they do not, or there are none."""
    if standing.built is None or standing.as_of - standing.built.as_of <= dt.timedelta(days=MARTS_OLD_AFTER):
        return None
    return (
        f"People read marts of {day(standing.built.as_of)}, build {standing.built.build_id}: no build has taken their"
        " place since; look at build_warehouse in Airflow, or run assure build"
    )


def _today(standing: Standing, before: dt.datetime) -> list[str]:
    today = day_of(standing)
    old = old_marts(standing)
    return [
        *(one.said_to_anyone for one in standing.in_question if one.is_for_the_lead and one.fetched_at > before),
        *(one.said for one in standing.stopped),
        *([old] if old else []),
        *(one.said for one in standing.cuts_missed),
        *(
            one.said
            for one in standing.editions
            if one.data_cut_at > before or (one.comment_closes_on and one.comment_closes_on < today)
        ),
        # Until somebody decides: nobody else will.
        *(one.said_to_anyone for one in standing.in_question if one.state == "held" and not one.is_for_the_lead),
        *(one.said for one in standing.agreements if one.has_ended and _passed(one, -1, before, today)),
    ]


def _this_week(standing: Standing, before: dt.datetime) -> list[str]:
    today = day_of(standing)
    week_begins = today.isocalendar()[:2] != before.date().isocalendar()[:2]
    said = [
        *(
            one.said
            for one in standing.late
            if one.due_on >= before.date() or (week_begins and _is_recent(one.days_late))
        ),
        *(
            one.said
            for one in standing.agreements
            if not one.has_ended and any(_passed(one, mark, before, today) for mark in WARN_DAYS)
        ),
    ]
    if week_begins:
        told_today = set(_today(standing, before))
        said += [one.said for one in standing.editions if one.said not in told_today]
        said += [one.said for one in standing.untold]
        said += [one.said_to_anyone for one in standing.at_doors]
        said += [
            one.said
            for one in standing.agreements
            if one.has_ended and one.said not in told_today and (one.days_left is None or _is_recent(-one.days_left))
        ]
    return said


def _is_recent(days: int) -> bool:
    return days <= KEPT_SAYING


def _passed(one: AgreementEnding, mark: int, before: dt.datetime, today: dt.date) -> bool:
    """Say whether the days left have come down to a mark since the message before."""
    return one.days_left is not None and one.days_left <= mark < one.days_left + (today - before.date()).days


def _working_day_before(on: dt.date) -> dt.date:
    on -= dt.timedelta(days=1)
    while not is_working_day(on):
        on -= dt.timedelta(days=1)
    return on
