"""Carry a sender's files into the warehouse: fetch, land, judge, accept; every step may be killed and run again."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from expectations import judging, verdict
from expectations.verdict import finding
from loaders import keep, landing, whole_file
from loaders.fetching import Fetched, fetch
from loaders.registering import contracts, feed_of, find_twice, is_todays, may_repeat, register_again
from loaders.senders.feeds import Feed
from loaders.senders.provider import Provider, load_providers
from warehouse import build, ledger, lineage
from warehouse.connection import OWNER, connect, url
from warehouse.periods import Period, last_ended_quarter

log = logging.getLogger(__name__)


def load_sender(provider: Provider, as_of: dt.datetime, period: Period | None = None) -> Fetched:
    """Fetch, land and judge one sender's files, of one period if given: what its DAG does, in one call."""
    try:
        return fetch(provider, as_of, period)
    finally:
        # What could be had is landed, whatever could not.
        land(provider, as_of)
        judge(provider, as_of)


def land(provider: Provider, as_of: dt.datetime) -> list[int]:
    """Land every fetched file of a sender, each in a transaction of its own; return the loads landed.

    A load that was never judged and whose mapping or contracts have changed since is another reading: it is registered
    anew and the old one withdrawn, so that no load says it was read as it was not.
    """
    with connect("loader") as connection:
        for state in ("fetched", "landed"):
            for load in ledger.loads(connection, state, provider.organisation_code):
                is_another = load["feed"] in provider.feeds and not is_todays(provider, load)
                if is_another and ledger.claim(connection, load["load_id"], state):
                    anew, _ = register_again(connection, provider, load, as_of)
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


def refresh_reference(as_of: dt.datetime) -> None:
    """Bring the warehouse's list of senders and of what they owe up to date with the provider files."""
    from loaders.coverage import refresh

    with connect("loader") as connection:
        refresh(connection, load_providers().values(), as_of)


def _each(
    provider: Provider, state: str, as_of: dt.datetime, step: Callable[[Connection, Provider, int, dt.datetime], bool]
) -> list[int]:
    """Take every load of a sender in `state` one step on, a transaction each, and return those that moved.

    A load that could not be taken on is passed by, so that the others are, and raised about at the end.
    """
    moved, failure = [], None
    with connect("loader") as connection:
        waiting = ledger.loads(connection, state, provider.organisation_code)
        for load_id in [load["load_id"] for load in waiting if is_todays(provider, load)]:
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
    with lineage.run(f"load.{provider.code}.{load['feed']}", load_id, as_of) as told:
        told.reads.add(lineage.door(provider.code, load["feed"]))
        with keep.opened(connection, load_id, load["kept_name"]) as content:
            reading = landing.land(connection, load, content, provider, contracts(), feed)
        if not reading.is_refused:
            told.writes |= {lineage.table("raw", record) for record, rows in reading.landed.items() if rows}
    counts = {
        "rows_read": reading.rows_read,
        "rows_landed": sum(reading.landed.values()),
        "rows_set_aside": reading.rows_set_aside,
        "rows_filtered": reading.rows_filtered,
        "is_nil_return": reading.is_nil_return,
    }
    ledger.find(connection, load_id, reading.findings)
    if any(found.rule in verdict.TOLD_TO_THE_LEAD for found in reading.findings):
        log.warning("%s load %s: identifiers of persons were sent; %s", provider.code, load_id, verdict.TELL_THE_LEAD)
    if reading.is_refused:
        ledger.move(connection, load_id, "refused", as_of, **counts)
        if any(found.rule == "FILE-IDENTIFIER" for found in reading.findings):
            keep.destroy(connection, load_id)
    else:
        ledger.set_aside(
            connection, load_id, [(fault.record, fault.number, fault.rule, fault.column) for fault in reading.faults]
        )
        _carry(connection, load_id, feed, reading)
        ledger.move(connection, load_id, "landed", as_of, **counts)
    if not may_repeat(feed):
        find_twice(connection, load_id)
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
    """Return how many rows the reader set aside by each rule of the record's contract."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rule, count(*) from quarantine.rows"
            " where load_id = %s and record = %s and rule <> all(%s) group by rule",
            (load_id, record, list(verdict.FILE_RULES)),
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
