"""Carry a sender's files into the warehouse: fetch, land, judge, accept; every step may be killed and run again."""

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from psycopg2.extensions import connection as Connection

from expectations import judging
from expectations.contract import Contract, load_contracts
from expectations.verdict import finding
from loaders import keep, landing
from loaders.doors import Sighting, open_door
from loaders.provider import Feed, FileName, Provider, contract_versions, load_providers
from warehouse import build, ledger
from warehouse.connection import connect, url
from warehouse.periods import LONDON, last_ended_quarter

log = logging.getLogger(__name__)

MOST_SET_ASIDE = 0.10
"""Share of a file's rows that may be set aside, and of a column's codes that may be unknown, before a person looks."""
LEAST_OF_SNAPSHOT = 0.80
LEAST_OF_PERIOD = 0.50
FEWEST_TO_COMPARE = 20
"""Rows below which a file's size says nothing."""
WELL_FILLED = 0.90


@dataclass(frozen=True)
class Fetched:
    """What a look through a sender's door came to: new loads, and files nobody may take."""

    load_ids: list[int]
    without_agreement: list[str]


@cache
def contracts() -> Mapping[str, Contract]:
    """Return every record's contract, read once."""
    return load_contracts()


def fetch(provider: Provider, as_of: dt.datetime) -> Fetched:
    """Take every new file that an agreement allows, and keep its bytes as sent. Raises DoorUnreachable."""
    door = open_door(provider)
    fetched = Fetched([], [])
    with connect("loader") as connection:
        seen = _seen(connection, provider)
    for sighting in door.list():
        for name, feed in provider.feeds.items():
            said = feed.match(sighting.path)
            if said is None or (sighting.modified_at and sighting.modified_at > as_of):
                continue
            agreement = provider.agreement(feed, as_of.astimezone(LONDON).date())
            if agreement is None:
                fetched.without_agreement.append(sighting.path)
                log.warning("no agreement in force: not fetched", extra={"sender": provider.code, "feed": name})
                continue
            # A door that tells no time is always read again; the hash then says whether the file is new.
            if sighting.modified_at and seen.get((name, sighting.path)) == (sighting.byte_count, sighting.modified_at):
                continue
            with NamedTemporaryFile() as content:
                door.fetch(sighting, Path(content.name))
                with connect("loader") as connection:
                    load_id, is_new = _register(
                        connection, provider, name, feed, sighting, said, content, agreement.reference, as_of
                    )
            if is_new:
                fetched.load_ids.append(load_id)
                log.info("fetched", extra={"sender": provider.code, "feed": name, "load_id": load_id})
    return fetched


def land(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Land every fetched file of a sender, each in a transaction of its own; return the loads landed."""
    return _each(provider, "fetched", as_of, _land_one)


def judge(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Judge every landed load of a sender by the contracts' SQL pass; return the loads judged."""
    return _each(provider, "landed", as_of, _judge_one)


def accept_wave(as_of: dt.datetime) -> int:
    """Let Great Expectations judge the wave of all judged loads, accept what it allows; return the sequence S to build."""
    from expectations.suite import gate

    with connect("loader") as connection:
        judged = [load["load_id"] for load in ledger.loads(connection, "judged")]
        # Nobody withdraws a load, or lets it in twice, while the gate looks at it.
        wave = [load_id for load_id in judged if ledger.claim(connection, load_id, "judged")]
        if wave:
            by_record = _by_record(connection, wave)
            target = url("loader").render_as_string(hide_password=False)
            outcome = gate(target, by_record, contracts(), as_of, connection)
            for load_id, rules in outcome.failed.items():
                ledger.move(connection, load_id, "held", as_of)
                ledger.find(connection, load_id, [finding("GATE", rules=", ".join(rules))])
            # Only what the gate has seen: a load without records never came before it.
            seen = {load_id for load_ids in by_record.values() for load_id in load_ids}
            ledger.accept(connection, sorted(seen - set(outcome.failed)), as_of)
        return ledger.current_sequence(connection)


def is_build_due(as_of: dt.datetime) -> bool:
    """Say whether the marts people read lack something: a judged load, a decision about one, or the day that has come."""
    with connect("loader") as connection:
        waits, sequence = ledger.loads(connection, "judged"), ledger.current_sequence(connection)
    return bool(waits) or not build.is_current(sequence, as_of, last_ended_quarter(as_of))


def reread(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Register every kept file again under today's mapping and contracts; unchanged readings are the same load."""
    registered = []
    with connect("loader") as connection:
        for load in _latest_readings(connection, provider):
            feed = provider.feeds.get(load["feed"])
            if feed is None or load["kept_name"] is None:
                continue
            delivery = ledger.Delivery(
                **{name: load[name] for name in _CARRIED_OVER},
                mapping_version=feed.mapping_version,
                contract_versions=contract_versions(feed, contracts()),
            )
            load_id, is_new = ledger.register(connection, delivery, as_of)
            if is_new:
                with keep.opened(connection, load["load_id"], load["kept_name"]) as content:
                    _keep(connection, load_id, content)
                registered.append(load_id)
    return registered


def load_sender(provider: Provider, as_of: dt.datetime) -> Fetched:
    """Fetch, land and judge one sender's files: what its DAG does, in one call."""
    fetched = fetch(provider, as_of)
    land(provider, as_of)
    judge(provider, as_of)
    return fetched


def refresh_reference(as_of: dt.datetime) -> None:
    """Bring the warehouse's list of senders and of what they owe up to date with the provider files."""
    from loaders.coverage import refresh

    with connect("loader") as connection:
        refresh(connection, load_providers().values(), as_of)


_CARRIED_OVER = (
    "provider_code", "feed", "file_name", "file_sha256", "submitted_at", "byte_count", "agreement_reference",
    "period_start_on", "period_end_on", "status_rank", "declared_version",
)  # fmt: skip


def _seen(connection: Connection, provider: Provider) -> dict[tuple[str, str], tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select feed, path, byte_count, modified_at from audit.sightings where provider_code = %s",
            (provider.organisation_code,),
        )
        return {(feed, path): (byte_count, modified_at) for feed, path, byte_count, modified_at in cursor}


def _register(
    connection: Connection,
    provider: Provider,
    feed_name: str,
    feed: Feed,
    sighting: Sighting,
    said: FileName,
    content: BinaryIO,
    agreement: str,
    as_of: dt.datetime,
) -> tuple[int, bool]:
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    delivery = ledger.Delivery(
        provider_code=provider.organisation_code,
        feed=feed_name,
        file_name=sighting.path,
        file_sha256=hashlib.file_digest(content, "sha256").hexdigest(),
        mapping_version=feed.mapping_version,
        contract_versions=contract_versions(feed, contracts()),
        submitted_at=sighting.modified_at or as_of,
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
    elif not feed.is_register and not _is_same_name(connection, load_id, sighting.path):
        ledger.find(connection, load_id, [finding("FILE-TWICE")])
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.sightings (provider_code, feed, path, byte_count, modified_at, submitted_on,"
            " period_start_on, period_end_on, load_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (provider_code, feed, path) do update set byte_count = excluded.byte_count,"
            " modified_at = excluded.modified_at, submitted_on = excluded.submitted_on, load_id = excluded.load_id",
            (
                delivery.provider_code, feed_name, sighting.path, sighting.byte_count, sighting.modified_at,
                delivery.submitted_at.astimezone(LONDON).date(), delivery.period_start_on, delivery.period_end_on, load_id,
            ),
        )  # fmt: skip
    return load_id, is_new


def _keep(connection: Connection, load_id: int, content: BinaryIO) -> None:
    name = keep.put(connection, load_id, content)
    with connection.cursor() as cursor:
        cursor.execute("update audit.deliveries set kept_name = %s where load_id = %s", (name, load_id))


def _is_same_name(connection: Connection, load_id: int, path: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select file_name from audit.deliveries where load_id = %s", (load_id,))
        return cursor.fetchone()[0] == path


def _each(
    provider: Provider, state: str, as_of: dt.datetime, step: Callable[[Connection, Provider, int, dt.datetime], bool]
) -> list[int]:
    """Take every load of a sender in `state` one step on, a transaction each, and return those that moved."""
    moved = []
    with connect("loader") as connection:
        waiting = [load["load_id"] for load in ledger.loads(connection, state, provider.organisation_code)]
        for load_id in waiting:
            if step(connection, provider, load_id, as_of):
                moved.append(load_id)
            connection.commit()
    return moved


def _land_one(connection: Connection, provider: Provider, load_id: int, as_of: dt.datetime) -> bool:
    load = ledger.claim(connection, load_id, "fetched")
    if load is None:
        return False
    with keep.opened(connection, load_id, load["kept_name"]) as content:
        reading = landing.land(connection, load, content, provider, contracts())
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
    else:
        ledger.set_aside(
            connection, load_id, [(fault.record, fault.number, fault.rule, fault.column) for fault in reading.faults]
        )
        _carry(connection, load_id, provider.feeds[load["feed"]], reading)
        ledger.move(connection, load_id, "landed", as_of, **counts)
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
    feed = provider.feeds[load["feed"]]
    findings, set_aside = [], 0
    for record in sorted(feed.records):
        contract = contracts()[record]
        already = _already(connection, load_id, record)
        outcomes = judging.judge(connection, load_id, contract, already)
        set_aside += sum(
            outcome.failed - already.get(outcome.rule, 0) for outcome in outcomes if outcome.severity == "set_aside"
        )
        findings += judging.findings_of(contract, outcomes, headings(feed, record))
        findings += _file_findings(connection, load, record)
    total_aside = load["rows_set_aside"] + set_aside
    if load["rows_read"] and total_aside > MOST_SET_ASIDE * load["rows_read"]:
        findings.append(finding("FILE-ASIDE-MANY"))
    levels = {found.level for found in findings}
    state = "refused" if "refuse" in levels else "held" if "hold" in levels else "judged"
    ledger.find(connection, load_id, findings)
    ledger.move(connection, load_id, state, as_of, rows_set_aside=total_aside)
    log.info(state, extra={"sender": provider.code, "load_id": load_id})
    return True


def headings(feed: Feed, record: str) -> dict[str, str]:
    """Return the sender's own headings of a record's columns, for verdicts it can follow."""
    return {
        name: " + ".join(cell.source)
        for table in feed.tables
        if table.record == record
        for name, cell in table.columns.items()
        if cell.source
    }


def _already(connection: Connection, load_id: int, record: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rule, count(*) from quarantine.rows where load_id = %s and record = %s group by rule",
            (load_id, record),
        )
        return dict(cursor.fetchall())


def _file_findings(connection: Connection, load: dict, record: str) -> list[ledger.Finding]:
    """Judge a record of a load as a whole, against the loads that count now: size, unknown codes, emptied columns."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select lr.delivers, lr.rows_landed from audit.load_records as lr where lr.load_id = %s and lr.record = %s",
            (load["load_id"], record),
        )
        delivers, landed = cursor.fetchone()
        cursor.execute(
            """
            select lr.load_id, lr.rows_landed
            from audit.load_records as lr
            inner join audit.deliveries as d on d.load_id = lr.load_id
            where d.provider_code = %s and d.feed = %s and lr.record = %s and d.state in ('judged', 'accepted')
                and not d.is_nil_return and d.submitted_at < %s
            order by d.submitted_at desc
            limit 6
            """,
            (load["provider_code"], load["feed"], record, load["submitted_at"]),
        )
        before = cursor.fetchall()
        if before and not load["is_nil_return"] and _has_shrunk(delivers, landed, [rows for _, rows in before]):
            found.append(finding("FILE-SHRUNK", record=record))
        cursor.execute(
            """
            select now.column_name
            from audit.column_fill as now
            inner join audit.column_fill as before
                on before.record = now.record and before.column_name = now.column_name and before.load_id = %s
            where now.load_id = %s and now.record = %s and now.filled = 0 and %s > 0 and before.filled >= %s
            order by now.column_name
            """,
            (
                before[0][0] if before else None, load["load_id"], record, landed,
                WELL_FILLED * before[0][1] if before and before[0][1] else float("inf"),
            ),
        )  # fmt: skip
        found += [finding("FILE-COLUMN-BLANK", record=record, column_name=name) for (name,) in cursor]
        cursor.execute(
            "select rule, failed from audit.rule_results where load_id = %s and record = %s and rule like '%%-COD.%%'"
            " and failed > %s * %s",
            (load["load_id"], record, MOST_SET_ASIDE, landed),
        )
        found += [
            finding("FILE-UNMAPPED", record=record, column_name=rule.partition(".")[2])
            for rule, failed in cursor
            if failed and not (failed < 3 and landed < FEWEST_TO_COMPARE)
        ]
    return found


def _has_shrunk(delivers: str, landed: int, before: list[int]) -> bool:
    if delivers == "snapshot":
        return before[0] >= FEWEST_TO_COMPARE and landed < LEAST_OF_SNAPSHOT * before[0]
    usual = sorted(before)[len(before) // 2]
    return len(before) >= 3 and usual >= FEWEST_TO_COMPARE and landed < LEAST_OF_PERIOD * usual


def _by_record(connection: Connection, wave: list[int]) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select record, array_agg(load_id order by load_id) from audit.load_records where load_id = any(%s) group by record",
            (wave,),
        )
        return dict(cursor.fetchall())


def _latest_readings(connection: Connection, provider: Provider) -> list[dict]:
    from psycopg2.extras import RealDictCursor

    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select distinct on (feed, file_sha256) * from audit.deliveries"
            " where provider_code = %s and state <> 'withdrawn' order by feed, file_sha256, load_id desc",
            (provider.organisation_code,),
        )
        return cursor.fetchall()
