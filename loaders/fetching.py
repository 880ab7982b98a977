"""Fetch what is new at a sender's door, as far as an agreement allows; fetching again fetches nothing twice."""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from psycopg2.extensions import connection as Connection

from loaders.doors import sightings_before, together
from loaders.doors.ceiling import TooLarge
from loaders.doors.opening import Sighting, open_door
from loaders.doors.unreachable import DoorUnreachable
from loaders.registering import register
from loaders.senders.file_names import FileName
from loaders.senders.provider import Provider
from warehouse.connection import connect
from warehouse.periods import LONDON, Period

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """What a look through a sender's door came to: new loads, files nobody may take, and names no feed expects."""

    load_ids: list[int]
    without_agreement: list[str]
    unexpected: list[str]
    incomplete: list[str] = field(default_factory=list)
    """Files that wait at the door for those that are read with them."""


def fetch(provider: Provider, as_of: dt.datetime, period: Period | None = None) -> Fetched:
    """Take every new file that an agreement allows, and keep its bytes as sent. Raises DoorUnreachable.

    With a `period`, a backfill: only files that are about days of it, and those also where they were seen before.
    A feed whose file cannot be had is passed by, so that the other feeds' are, and raised about at the end; of a file
    that is too large the feed's others come too.
    """
    fetched, failures, passed_by = Fetched([], [], []), [], set()
    today = as_of.astimezone(LONDON).date()
    with connect("loader") as connection:
        seen = sightings_before.seen(connection, provider) if period is None else {}
        answered = sightings_before.answered(connection, provider)
        # No transaction is open while a door is asked.
        connection.commit()
        door = open_door(provider, as_of, answered)
        sightings = [one for one in door.list() if one.modified_at is None or one.modified_at <= as_of]
        fetched.unexpected.extend(one.path for one in sightings if not provider.expects(one.path))
        _note_unexpected(connection, provider, fetched.unexpected, as_of)
        connection.commit()
        if fetched.unexpected:
            log.warning(
                "files at the door whose names no feed expects: see `assure status`",
                extra={"sender": provider.code, "rows": len(fetched.unexpected)},
            )
        for sighting, name, said in _expected(provider, sightings):
            if name in passed_by:
                continue
            if (whole := together.grouped(provider.feeds[name], sighting, said, sightings)) is None:
                fetched.incomplete.append(sighting.path)
                log.warning("waits for files that are read with it", extra={"sender": provider.code, "feed": name})
                continue
            if period and not (said.period and said.period.overlaps(period)):
                continue
            agreement = provider.agreement(provider.feeds[name], today)
            if agreement is None:
                fetched.without_agreement.append(sighting.path)
                log.warning("no agreement in force: not fetched", extra={"sender": provider.code, "feed": name})
                continue
            # A door that tells no time is always read again; the hash then says whether the file is new.
            if whole.modified_at and seen.get((name, whole.path)) == (whole.byte_count, whole.modified_at):
                continue
            with NamedTemporaryFile() as content:
                try:
                    taken = together.fetch(door, whole, Path(content.name))
                except DoorUnreachable as error:
                    failures.append(error)
                    if not isinstance(error, TooLarge):
                        passed_by.add(name)
                    continue
                if taken is None:
                    continue
                load_id, is_new = register(
                    connection, provider, name, whole, taken.sent_at, said, content, agreement.reference, as_of
                )
                connection.commit()
            if is_new:
                fetched.load_ids.append(load_id)
                log.info("fetched", extra={"sender": provider.code, "feed": name, "load_id": load_id})
    if len(failures) > 1:
        raise DoorUnreachable("; ".join(dict.fromkeys(str(one) for one in failures)))
    for failure in failures:
        raise failure
    return fetched


def _note_unexpected(connection: Connection, provider: Provider, paths: Iterable[str], as_of: dt.datetime) -> None:
    """Keep for `assure status` what this look through the door found under names that no feed expects."""
    with connection.cursor() as cursor:
        cursor.execute("delete from audit.unexpected_files where provider_code = %s", (provider.organisation_code,))
        cursor.executemany(
            "insert into audit.unexpected_files (provider_code, path, seen_at) values (%s, %s, %s)"
            " on conflict (provider_code, path) do nothing",
            [(provider.organisation_code, path, as_of) for path in paths],
        )


def _expected(provider: Provider, sightings: Iterable[Sighting]) -> Iterator[tuple[Sighting, str, FileName]]:
    """Yield each sighting with the name of a feed that wants it and what its name says."""
    for sighting in sightings:
        for name, feed in provider.feeds.items():
            if said := feed.match(sighting.path):
                yield sighting, name, said
