"""Carry a sender's files into the warehouse: fetch, land, judge, accept; every step may be killed and run again."""

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from expectations import judging, verdict
from expectations.contract import Contract, load_contracts
from expectations.verdict import finding
from loaders import keep, landing, sightings_before, together, whole_file
from loaders.doors import Sighting, open_door
from loaders.feeds import Feed, FileName
from loaders.provider import Provider, contract_versions, load_providers
from loaders.unreachable import DoorUnreachable
from warehouse import build, ledger
from warehouse.connection import OWNER, connect, url
from warehouse.periods import LONDON, Period, last_ended_quarter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """What a look through a sender's door came to: new loads, files nobody may take, and names no feed expects."""

    load_ids: list[int]
    without_agreement: list[str]
    unexpected: list[str]
    incomplete: list[str] = field(default_factory=list)
    """Files that wait at the door for those that are read with them."""


@cache
def contracts() -> Mapping[str, Contract]:
    """Return every record's contract, read once."""
    return load_contracts()


def fetch(provider: Provider, as_of: dt.datetime, period: Period | None = None) -> Fetched:
    """Take every new file that an agreement allows, and keep its bytes as sent. Raises DoorUnreachable.

    With a `period`, a backfill: only files that are about days of it, and those also where they were seen before.
    A feed whose file cannot be had is passed by, so that the other feeds' are, and raised about at the end.
    """
    fetched, failures = Fetched([], [], []), {}
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
            if name in failures:
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
                    failures[name] = error
                    continue
                if taken is None:
                    continue
                load_id, is_new = _register(
                    connection, provider, name, whole, taken.sent_at, said, content, agreement.reference, as_of
                )
                connection.commit()
            if is_new:
                fetched.load_ids.append(load_id)
                log.info("fetched", extra={"sender": provider.code, "feed": name, "load_id": load_id})
    for failure in failures.values():
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


def land(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Land every fetched file of a sender, each in a transaction of its own; return the loads landed.

    A load that was never judged and whose mapping or contracts have changed since is another reading: it is registered
    anew and the old one withdrawn, so that no load says it was read as it was not.
    """
    with connect("loader") as connection:
        for state in ("fetched", "landed"):
            for load in ledger.loads(connection, state, provider.organisation_code):
                is_another = load["feed"] in provider.feeds and not _is_todays(provider, load)
                if is_another and ledger.claim(connection, load["load_id"], state):
                    anew, _ = _register_again(connection, provider, load, as_of)
                    ledger.withdraw(connection, load["load_id"], "loader", f"read anew as load {anew}", as_of)
    return _each(provider, "fetched", as_of, _land_one)


def judge(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Judge every landed load of a sender by the contracts' SQL pass; return the loads judged. Raises CouldNotJudge."""
    return _each(provider, "landed", as_of, _judge_one)


def accept_wave(as_of: dt.datetime) -> int:
    """Let Great Expectations judge the wave of all judged loads and accept what it allows; return the sequence S."""
    from expectations.suite import gate

    with connect("loader") as connection:
        judged = [load["load_id"] for load in ledger.loads(connection, "judged")]
        # Nobody withdraws a load, or lets it in twice, while the gate looks at it.
        wave = [load_id for load_id in judged if ledger.claim(connection, load_id, "judged")]
        if wave:
            by_record = _by_record(connection, wave)
            _count_afresh(by_record)
            target = url("loader").render_as_string(hide_password=False)
            outcome = gate(target, by_record, contracts(), as_of, connection)
            for load_id, rules in outcome.failed.items():
                found = finding(
                    "GATE" if outcome.waits_for_a_person(load_id) else "GATE-UNSOUND", rules=", ".join(rules)
                )
                ledger.move(connection, load_id, "held" if found.level == "hold" else "refused", as_of)
                ledger.find(connection, load_id, [found])
            # Only what the gate has seen: a load without records never came before it.
            seen = {load_id for load_ids in by_record.values() for load_id in load_ids}
            ledger.accept(connection, sorted(seen - set(outcome.failed)), as_of)
        return ledger.current_sequence(connection)


def is_build_due(as_of: dt.datetime) -> bool:
    """Say whether the marts people read lack something: a judged load, a decision about one, or a day that has come."""
    with connect("loader") as connection:
        waits, sequence = ledger.loads(connection, "judged"), ledger.current_sequence(connection)
    return bool(waits) or not build.is_current(sequence, as_of, last_ended_quarter(as_of))


def reread(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Register every kept file again under today's mapping and contracts; return the loads that are new by it."""
    registered = []
    with connect("loader") as connection:
        for load in _latest_readings(connection, provider):
            if load["feed"] in provider.feeds and load["kept_name"] is not None:
                load_id, is_new = _register_again(connection, provider, load, as_of)
                registered += [load_id] if is_new else []
    return registered


def load_sender(provider: Provider, as_of: dt.datetime, period: Period | None = None) -> Fetched:
    """Fetch, land and judge one sender's files, of one period if given: what its DAG does, in one call."""
    try:
        return fetch(provider, as_of, period)
    finally:
        # What could be had is landed, whatever could not.
        land(provider, as_of)
        judge(provider, as_of)


def refresh_reference(as_of: dt.datetime) -> None:
    """Bring the warehouse's list of senders and of what they owe up to date with the provider files."""
    from loaders.coverage import refresh

    with connect("loader") as connection:
        refresh(connection, load_providers().values(), as_of)


_CARRIED_OVER = (
    "provider_code", "feed", "file_name", "file_sha256", "submitted_at", "byte_count", "agreement_reference",
    "period_start_on", "period_end_on", "status_rank", "declared_version",
)  # fmt: skip


def _expected(provider: Provider, sightings: Iterable[Sighting]) -> Iterator[tuple[Sighting, str, FileName]]:
    """Yield each sighting with the name of a feed that wants it and what its name says."""
    for sighting in sightings:
        for name, feed in provider.feeds.items():
            if said := feed.match(sighting.path):
                yield sighting, name, said


def feed_of(provider: Provider, load: Mapping) -> Feed | None:
    """Return a load's feed with the mapping of the file's day; None where the sender has no such feed any more."""
    feed = provider.feeds.get(load["feed"])
    return feed and feed.on(load["period_start_on"] or load["submitted_at"].astimezone(LONDON).date())


def _is_todays(provider: Provider, load: Mapping) -> bool:
    """Say whether a load's identity is what today's provider file and contracts would give it."""
    feed = feed_of(provider, load)
    return feed is not None and (load["mapping_version"], load["contract_versions"]) == _versions(
        feed, load["file_name"]
    )


def _versions(feed: Feed, path: str) -> tuple[str, str]:
    return feed.version_of(feed.match(path)), contract_versions(feed, contracts())


def _register_again(connection: Connection, provider: Provider, load: Mapping, as_of: dt.datetime) -> tuple[int, bool]:
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


def _register(
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
        if not _may_repeat(feed):
            _find_twice(connection, load_id, sighting.path)
    return load_id, is_new


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


def _may_repeat(feed: Feed) -> bool:
    """Say whether the same bytes again say that nothing changed: of a register, or where we ask since some day."""
    return feed.is_register or (feed.request is not None and feed.every == "once")


def _find_twice(connection: Connection, load_id: int, path: str | None = None) -> None:
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


def _each(
    provider: Provider, state: str, as_of: dt.datetime, step: Callable[[Connection, Provider, int, dt.datetime], bool]
) -> list[int]:
    """Take every load of a sender in `state` one step on, a transaction each, and return those that moved.

    A load that could not be taken on is passed by, so that the others are, and raised about at the end.
    """
    moved, failure = [], None
    with connect("loader") as connection:
        waiting = ledger.loads(connection, state, provider.organisation_code)
        for load_id in [load["load_id"] for load in waiting if _is_todays(provider, load)]:
            try:
                if step(connection, provider, load_id, as_of):
                    moved.append(load_id)
            except judging.CouldNotJudge as error:
                failure = failure or error
            except Exception as error:
                connection.rollback()
                failure = failure or error
            connection.commit()
        if failure:
            # Within the block: what leaves it quotes no cell.
            raise failure
    return moved


def _land_one(connection: Connection, provider: Provider, load_id: int, as_of: dt.datetime) -> bool:
    load = ledger.claim(connection, load_id, "fetched")
    if load is None:
        return False
    feed = feed_of(provider, load)
    with keep.opened(connection, load_id, load["kept_name"]) as content:
        reading = landing.land(connection, load, content, provider, contracts(), feed)
    counts = {
        "rows_read": reading.rows_read,
        "rows_landed": sum(reading.landed.values()),
        "rows_set_aside": reading.rows_set_aside,
        "rows_filtered": reading.rows_filtered,
        "is_nil_return": reading.is_nil_return,
    }
    ledger.find(connection, load_id, reading.findings)
    if reading.is_refused:
        ledger.move(connection, load_id, "refused", as_of, **counts)
        if any(found.rule == "FILE-IDENTIFIER" for found in reading.findings):
            keep.destroy(connection, load_id)
            log.warning(
                "%s load %s: identifiers of persons were sent; %s", provider.code, load_id, verdict.TELL_THE_LEAD
            )
    else:
        ledger.set_aside(
            connection, load_id, [(fault.record, fault.number, fault.rule, fault.column) for fault in reading.faults]
        )
        _carry(connection, load_id, feed, reading)
        ledger.move(connection, load_id, "landed", as_of, **counts)
    if not _may_repeat(feed):
        _find_twice(connection, load_id)
    log.info(
        "refused" if reading.is_refused else "landed",
        extra={"sender": provider.code, "load_id": load_id, "rows": counts["rows_landed"]},
    )
    return not reading.is_refused


def _carry(connection: Connection, load_id: int, feed: Feed, reading: landing.Reading) -> None:
    delivers = {table.record: table.delivers for table in feed.tables}
    ledger.carry(
        connection,
        load_id,
        [(record, delivers[record], reading.landed.get(record, 0)) for record in sorted(feed.records)],
    )


def _judge_one(connection: Connection, provider: Provider, load_id: int, as_of: dt.datetime) -> bool:
    load = ledger.claim(connection, load_id, "landed")
    if load is None:
        return False
    feed, findings = feed_of(provider, load), []
    for record in sorted(feed.records):
        contract, named = contracts()[record], feed.called(record)
        outcomes = judging.judge(connection, load_id, contract, _already(connection, load_id, record))
        findings += judging.findings_of(contract, outcomes, named)
        findings += whole_file.beside_what_counts(connection, load, record, named)
        findings += whole_file.on_unknown_codes(contract, outcomes, named)
    set_aside = _count_set_aside(connection, load_id)
    findings += whole_file.on_rows_set_aside(load["rows_read"], load["rows_filtered"], set_aside)
    worst = verdict.worst([*ledger.findings(connection, load_id), *findings])
    state = {"refuse": "refused", "hold": "held"}.get(worst, "judged")
    ledger.find(connection, load_id, findings)
    ledger.move(connection, load_id, state, as_of, rows_set_aside=set_aside)
    log.info(state, extra={"sender": provider.code, "load_id": load_id})
    return True


def _already(connection: Connection, load_id: int, record: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rule, count(*) from quarantine.rows where load_id = %s and record = %s group by rule",
            (load_id, record),
        )
        return dict(cursor.fetchall())


def _count_set_aside(connection: Connection, load_id: int) -> int:
    """Return how many rows of a load were set aside, by reader or judge, each once however many rules it broke."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct (record, row_number)) from quarantine.rows where load_id = %s", (load_id,)
        )
        return cursor.fetchone()[0]


def _count_afresh(records: Iterable[str]) -> None:
    """Let the database count the tables it is about to join.

    It takes one that was filled a moment ago for empty and compares each of its rows with every other: 20 s for 6,000.
    """
    tables = [sql.Identifier("quarantine", "rows"), *(sql.Identifier("raw", record) for record in sorted(records))]
    with connect(OWNER) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("analyze {}").format(sql.SQL(", ").join(tables)))


def _by_record(connection: Connection, wave: list[int]) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select record, array_agg(load_id order by load_id) from audit.load_records"
            " where load_id = any(%s) group by record",
            (wave,),
        )
        return dict(cursor.fetchall())


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
