"""Register a file in the ledger under what it is read by, once, and keep its bytes as sent."""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from functools import cache
from typing import BinaryIO

from psycopg2.extensions import connection as Connection

from expectations.contract import Contract, load_contracts
from expectations.verdict import finding
from loaders import keep
from loaders.doors.opening import Sighting
from loaders.senders.feeds import Feed
from loaders.senders.file_names import FileName
from loaders.senders.provider import Provider, contract_versions
from warehouse import ledger
from warehouse.connection import connect
from warehouse.periods import LONDON


@cache
def contracts() -> Mapping[str, Contract]:
    """Return every record's contract, read once."""
    return load_contracts()


def feed_of(provider: Provider, load: Mapping) -> Feed | None:
    """Return a load's feed with the mapping of the file's day; None where the sender has no such feed any more."""
    feed = provider.feeds.get(load["feed"])
    return feed and feed.on(load["period_start_on"] or load["submitted_at"].astimezone(LONDON).date())


def is_todays(provider: Provider, load: Mapping) -> bool:
    """Say whether a load's identity is what today's provider file and contracts would give it."""
    feed = feed_of(provider, load)
    return feed is not None and (load["mapping_version"], load["contract_versions"]) == _versions(
        feed, load["file_name"]
    )


def reread(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Register every kept file again under today's mapping and contracts; return the loads that are new by it."""
    registered = []
    with connect("loader") as connection:
        for load in _latest_readings(connection, provider):
            if load["feed"] in provider.feeds and load["kept_name"] is not None:
                load_id, is_new = register_again(connection, provider, load, as_of)
                registered += [load_id] if is_new else []
    return registered


def register(
    connection: Connection,
    provider: Provider,
    feed_name: str,
    sighting: Sighting,
    sent_at: dt.datetime | None,
    said: FileName,
    content: BinaryIO,
    agreement: str,
    as_of: dt.datetime,
) -> tuple[int, bool]:
    """Register what was taken from a door, and where it was seen; return (load_id, is_new)."""
    submitted_at = min(sent_at or as_of, as_of)
    feed = provider.feeds[feed_name].of(said, submitted_at.astimezone(LONDON).date())
    mapping_version, contract_version = _versions(feed, sighting.path)
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    delivery = ledger.Delivery(
        provider_code=provider.organisation_code,
        feed=feed_name,
        file_name=sighting.path,
        file_sha256=hashlib.file_digest(content, "sha256").hexdigest(),
        mapping_version=mapping_version,
        contract_versions=contract_version,
        submitted_at=submitted_at,
        byte_count=size,
        agreement_reference=agreement,
        period_start_on=said.period.start_on if said.period else None,
        period_end_on=said.period.end_on if said.period else None,
        status_rank=said.status_rank,
        declared_version=said.version,
    )
    load_id, is_new = ledger.register(connection, delivery, as_of)
    if is_new:
        content.seek(0)
        _keep(connection, load_id, content)
    is_first_met = _is_first_met(connection, load_id, sighting.path)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.sightings (provider_code, feed, path, byte_count, modified_at, submitted_on,"
            " period_start_on, period_end_on, load_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (provider_code, feed, path) do update set byte_count = excluded.byte_count,"
            " modified_at = excluded.modified_at, load_id = excluded.load_id,"
            # Where nothing tells when it was sent, the same bytes were sent when they were first met.
            " submitted_on = case when %s and sightings.load_id = excluded.load_id then sightings.submitted_on"
            " else excluded.submitted_on end",
            (
                delivery.provider_code, feed_name, sighting.path, sighting.byte_count, sighting.modified_at,
                delivery.submitted_at.astimezone(LONDON).date(), delivery.period_start_on, delivery.period_end_on,
                load_id, sent_at is None,
            ),
        )  # fmt: skip
    if is_first_met and not is_new:
        ledger.met_again(connection, load_id, delivery)
        if not may_repeat(feed):
            find_twice(connection, load_id, sighting.path)
    return load_id, is_new


def register_again(connection: Connection, provider: Provider, load: Mapping, as_of: dt.datetime) -> tuple[int, bool]:
    """Register the kept bytes of a load under today's mapping and contracts; return (load_id, is_new)."""
    mapping_version, contract_version = _versions(feed_of(provider, load), load["file_name"])
    delivery = ledger.Delivery(
        **{name: load[name] for name in _CARRIED_OVER},
        mapping_version=mapping_version,
        contract_versions=contract_version,
    )
    load_id, is_new = ledger.register(connection, delivery, as_of)
    if is_new:
        with keep.opened(connection, load["load_id"], load["kept_name"]) as content:
            _keep(connection, load_id, content)
    return load_id, is_new


def may_repeat(feed: Feed) -> bool:
    """Say whether the same bytes again say that nothing changed: of a register, or where we ask since some day."""
    return feed.is_register or (feed.request is not None and feed.every == "once")


def find_twice(connection: Connection, load_id: int, path: str | None = None) -> None:
    """Tell the sender of other names (of `path` alone, if given) under which it sent a load's bytes again.

    Two months in which nothing happened have the same nil return, and each month's is meant; whether a load is one
    is known once it is landed, so that nothing is told before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select seen.path from audit.sightings as seen"
            " inner join audit.deliveries as delivery on delivery.load_id = seen.load_id"
            " where seen.load_id = %(load_id)s and seen.path = coalesce(%(path)s, seen.path)"
            " and seen.path <> delivery.file_name and delivery.state <> 'fetched'"
            " and not (coalesce(delivery.is_nil_return and delivery.rows_landed = 0, false)"
            " and seen.period_end_on is distinct from delivery.period_end_on)"
            " order by seen.path",
            {"load_id": load_id, "path": path},
        )
        names = [row[0] for row in cursor]
    ledger.find(connection, load_id, [finding("FILE-TWICE", file=name) for name in names])


_CARRIED_OVER = (
    "provider_code", "feed", "file_name", "file_sha256", "submitted_at", "byte_count", "agreement_reference",
    "period_start_on", "period_end_on", "status_rank", "declared_version",
)  # fmt: skip


def _versions(feed: Feed, path: str) -> tuple[str, str]:
    return feed.version_of(feed.match(path)), contract_versions(feed, contracts())


def _keep(connection: Connection, load_id: int, content: BinaryIO) -> None:
    name = keep.put(connection, load_id, content)
    with connection.cursor() as cursor:
        cursor.execute("update audit.deliveries set kept_name = %s where load_id = %s", (name, load_id))


def _is_first_met(connection: Connection, load_id: int, path: str) -> bool:
    """Say whether a load's bytes are met under this name for the first time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select from audit.sightings where load_id = %s and path = %s)", (load_id, path)
        )
        return cursor.fetchone()[0]


def _latest_readings(connection: Connection, provider: Provider) -> list[dict]:
    from psycopg2.extras import RealDictCursor

    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select distinct on (feed, file_sha256, facts) *, split_part(mapping_version, '+', 2) as facts"
            " from audit.deliveries where provider_code = %s and state <> 'withdrawn'"
            " order by feed, file_sha256, facts, load_id desc",
            (provider.organisation_code,),
        )
        return cursor.fetchall()
