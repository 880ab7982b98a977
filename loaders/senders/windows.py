"""Which files a door is asked for by name where nothing lists them: one for each period owed, or what is new by day."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from loaders.senders import file_names
from loaders.senders.address import Door
from loaders.senders.feeds import Feed
from warehouse.periods import LONDON, Period, periods_between

FROM_THE_FILE = {"start", "end", "after"}
"""Days that a period gives: its first, its last, and the one after it."""


_A_DAY = dt.date(2026, 4, 1)
"""One to try names with."""


class Window(NamedTuple):
    """One file to ask for: its feed, its name, its days by their names, and since when (UTC) it changes no more."""

    feed: str
    path: str
    days: dict[str, dt.date]
    settled_at: dt.datetime | None


def windows(
    feeds: Mapping[str, Feed], first: dt.date, as_of: dt.datetime, seen: Collection[tuple[str, str]] = ()
) -> list[Window]:
    """Return what is to be asked for as of a moment, in the order of feeds and periods.

    `first` is the day from which a feed without a first period is owed; `seen` are (feed, path) taken before, whose
    names say up to which day {since} has been answered.
    """
    today = as_of.astimezone(LONDON).date()
    found = []
    for name, feed in feeds.items():
        begins = feed.first_period or first
        if feed.every == "once":
            found.append(_by_day(name, feed, begins, today, seen))
        else:
            found += [_by_period(name, feed, period, today) for period in periods_between(feed.every, begins, today)]
    return found


def check(door: Door, feeds: Mapping[str, Feed]) -> None:
    """Raise ValueError, naming the key, for a feed that cannot be asked for at this door."""
    for name, feed in feeds.items():
        for fault in _faults(door, feed):
            raise ValueError(f"feeds.{name}.{fault}")
    if door.rest or door.listing == "none":
        for name, feed in feeds.items():
            made = file_names.made(feed.files, _a_period(feed), _A_DAY)
            if also := [other for other in feeds if other != name and feeds[other].match(made)]:
                raise ValueError(f"feeds.{name}.files: names a file that {also[0]} wants too; tell them apart")


def _by_day(name: str, feed: Feed, begins: dt.date, today: dt.date, seen: Collection[tuple[str, str]]) -> Window:
    answered = [day for day in _days_seen(name, feed, seen) if day < today]
    overlap = dt.timedelta(days=feed.request.overlap_days if feed.request else 0)
    since = max(begins, max(answered) - overlap) if answered else begins
    return Window(name, file_names.made(feed.files, None, today), {"since": since, "until": today}, None)


def _by_period(name: str, feed: Feed, period: Period, today: dt.date) -> Window:
    after = period.end_on + dt.timedelta(days=1)
    settles_on = after + dt.timedelta(days=feed.request.settles_after_days if feed.request else 0)
    settled_at = dt.datetime.combine(settles_on, dt.time(), LONDON).astimezone(dt.UTC)
    return Window(
        name,
        file_names.made(feed.files, period, today),
        {"start": period.start_on, "end": period.end_on, "after": after},
        settled_at if settles_on <= today else None,
    )


def _days_seen(name: str, feed: Feed, seen: Collection[tuple[str, str]]) -> Iterator[dt.date]:
    pattern = re.compile(re.escape(feed.files).replace(r"\*", r"(\d{4}-\d{2}-\d{2})"))
    for one, path in seen:
        if one == name and (found := pattern.fullmatch(path)) and found.groups():
            yield dt.date.fromisoformat(found[1])


def _a_period(feed: Feed) -> Period | None:
    return None if feed.every == "once" else periods_between(feed.every, _A_DAY, dt.date(2027, 12, 31))[0]


def _faults(door: Door, feed: Feed) -> Iterator[str]:
    request = feed.request
    if door.rest and request is None:
        yield "request: is missing; say what the API is asked for"
    if request and not door.rest:
        yield "request: is for an API; give the door a rest: or take it out"
    if not door.rest and door.listing != "none":
        return
    period = _a_period(feed)
    try:
        said = feed.match(file_names.made(feed.files, period, _A_DAY))
    except ValueError as error:
        yield f"{error}"
        return
    if said is None or said.period != period:
        yield f"files: '{feed.files}' does not say which {feed.every} it is about; add {{period:%Y-%m}}"
    days, of_days = request.days if request else set(), "*" in feed.files
    if feed.every == "once" and days & FROM_THE_FILE:
        yield "request: {start}, {end} and {after} are a period's; with every: once use {since}"
    if feed.every != "once" and days - FROM_THE_FILE:
        yield "request: {since} and {until} are for every: once; for a period use {start} and {end}"
    if "since" in days and not of_days:
        yield "files: needs a * where the day stands on which it was asked, as what is new is another file each time"
    if of_days and (request is None or feed.every != "once"):
        yield "files: * is for a sender to fill in, and here we give the name; leave it out"
    if request and feed.every != "once" and not days and not feed.is_register:
        yield "request: asks for the same whatever the period; put {start} and {end} into its params: or path:"
    if request and not request.whole and feed.format.kind != "ndjson":
        yield "format.kind: what an API lists becomes ndjson; write that, or whole: true under request:"
