"""Keep the ledger: who sent what, where each load stands, and which load's rows count from when."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor, execute_values

from warehouse.periods import LONDON

_COUNTER_LOCK = "assure acceptance counter"
_AS_SENT = ("file_name", "submitted_at", "period_start_on", "period_end_on")


@dataclass(frozen=True)
class Delivery:
    """One file as sent, read with one mapping: its identity and what decides its precedence."""

    provider_code: str
    feed: str
    file_name: str
    file_sha256: str
    mapping_version: str
    contract_versions: str
    submitted_at: dt.datetime
    byte_count: int
    agreement_reference: str
    period_start_on: dt.date | None = None
    period_end_on: dt.date | None = None
    status_rank: int = 0
    declared_version: int = 1


@dataclass(frozen=True)
class Finding:
    """One line of a verdict: level (refuse, hold, set_aside, warn), place, rule, message, remedy; never a value."""

    level: str
    rule: str
    message: str
    remedy: str
    record: str | None = None
    sheet: str | None = None
    row_number: int | None = None
    column_name: str | None = None
    row_count: int = 1


TIE = Finding(
    level="hold",
    rule="FILE-TIE",
    message="another file for the same period has the same status, version and submission time, and other content",
    remedy='decide which one counts: assure release LOAD --because "…"',
)
"""The one finding that the ledger makes itself; the rulebook has it from here."""


class LedgerError(RuntimeError):
    """A request the ledger cannot carry out; the message says what to do instead."""


def register(connection: Connection, delivery: Delivery, as_of: dt.datetime) -> tuple[int, bool]:
    """Return (load_id, is_new) for a delivery; the same identity always has the same load."""
    values = {field.name: getattr(delivery, field.name) for field in fields(Delivery)}
    values |= {
        "submitted_on": delivery.submitted_at.astimezone(LONDON).date(),
        "state": "fetched",
        "fetched_at": as_of,
    }
    columns = ", ".join(values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into audit.deliveries ({columns}) values ({', '.join(f'%({name})s' for name in values)})"
            " on conflict on constraint one_load_per_identity do nothing returning load_id",
            values,
        )
        row = cursor.fetchone()
        if row:
            return row[0], True
        cursor.execute(
            "select load_id from audit.deliveries where file_sha256 = %(file_sha256)s and provider_code ="
            " %(provider_code)s and feed = %(feed)s and mapping_version = %(mapping_version)s"
            " and contract_versions = %(contract_versions)s",
            values,
        )
        return cursor.fetchone()[0], False


def loads(connection: Connection, state: str, provider_code: str | None = None) -> list[dict]:
    """Return the ledger's rows in `state`, oldest submission first."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select * from audit.deliveries where state = %s and (%s::text is null or provider_code = %s)"
            " order by submitted_at, file_sha256, load_id",
            (state, provider_code, provider_code),
        )
        return cursor.fetchall()


def claim(connection: Connection, load_id: int, state: str) -> dict | None:
    """Lock a load for this transaction; None when another worker has it or it has moved on. One of two workers wins."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            # No key changes, so those who only refer to the load need not wait.
            "select * from audit.deliveries where load_id = %s and state = %s for no key update skip locked",
            (load_id, state),
        )
        return cursor.fetchone()


def move(connection: Connection, load_id: int, state: str, as_of: dt.datetime, **counts: object) -> None:
    """Set a load's state (with the time of that step) and any counted columns."""
    stamped = {"landed": "landed_at", "judged": "judged_at", "refused": "judged_at", "held": "judged_at"}.get(state)
    values = {"state": state, **counts} | ({stamped: as_of} if stamped else {})
    with connection.cursor() as cursor:
        cursor.execute(
            f"update audit.deliveries set {', '.join(f'{name} = %({name})s' for name in values)}"
            " where load_id = %(load_id)s",
            values | {"load_id": load_id},
        )


def carry(connection: Connection, load_id: int, records: Iterable[tuple[str, str, int]]) -> None:
    """Note which records a load carries: (record, delivers, rows landed)."""
    _insert(
        connection,
        "audit.load_records (load_id, record, delivers, rows_landed)",
        [(load_id, *record) for record in records],
    )


def set_aside(connection: Connection, load_id: int, rows: Iterable[tuple[str, int, str, str]]) -> None:
    """List rows in quarantine: (record, row_number, rule, column_name)."""
    _insert(
        connection,
        "quarantine.rows (load_id, record, row_number, rule, column_name)",
        [(load_id, *row) for row in rows],
    )


def find(connection: Connection, load_id: int, findings: Iterable[Finding]) -> None:
    """Append findings to a load's verdict."""
    found = list(findings)
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(finding_number), 0) from audit.findings where load_id = %s", (load_id,))
        after = cursor.fetchone()[0]
    names = [field.name for field in fields(Finding)]
    _insert(
        connection,
        f"audit.findings (load_id, finding_number, {', '.join(names)})",
        [
            (load_id, after + number, *(getattr(finding, name) for name in names))
            for number, finding in enumerate(found, start=1)
        ],
    )


def findings(connection: Connection, load_id: int) -> list[Finding]:
    """Return a load's verdict in order."""
    names = [field.name for field in fields(Finding)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {', '.join(names)} from audit.findings where load_id = %s order by finding_number", (load_id,)
        )
        return [Finding(**dict(zip(names, row, strict=True))) for row in cursor]


def accept(connection: Connection, load_ids: Iterable[int], as_of: dt.datetime) -> int:
    """Make judged loads count, in one short transaction, and return the sequence from which they do.

    Which of several versions counts is decided by (period, status rank, declared version, submission), never by
    the order of arrival; two versions of equal rank with different content are held for a person.
    """
    sequence = _next_sequence(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "update audit.deliveries set state = 'accepted', accepted_at = %s"
            " where load_id = any(%s) and state = 'judged' returning provider_code, feed",
            (as_of, list(load_ids)),
        )
        feeds = set(cursor.fetchall())
    for provider_code, feed in sorted(feeds):
        _recount(connection, provider_code, feed, sequence)
    return sequence


def met_again(connection: Connection, load_id: int, delivery: Delivery) -> int:
    """Take in that a load's bytes were sent under another name, decide anew what counts, and return the sequence.

    Whichever name was met first, the load stands as it was sent first, with the best status and version it was sent
    as. Rows that replace a period keep the one they were landed for: another period's name changes nothing of theirs.
    """
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select delivery.*, exists (select from audit.load_records as carried where carried.load_id ="
            " delivery.load_id and carried.delivers = 'period' and carried.rows_landed > 0) as is_bound"
            " from audit.deliveries as delivery where load_id = %s for no key update",
            (load_id,),
        )
        load = cursor.fetchone()
        if not load["is_bound"] or load["period_end_on"] == delivery.period_end_on:
            stands = {"load_id": load_id} | {name: load[name] for name in _AS_SENT}
            if (delivery.submitted_at, delivery.file_name) < (load["submitted_at"], load["file_name"]):
                stands |= {name: getattr(delivery, name) for name in _AS_SENT}
            stands["submitted_on"] = stands["submitted_at"].astimezone(LONDON).date()
            stands["status_rank"], stands["declared_version"] = max(
                (delivery.status_rank, delivery.declared_version), (load["status_rank"], load["declared_version"])
            )
            cursor.execute(
                f"update audit.deliveries set {', '.join(f'{name} = %({name})s' for name in stands)}"
                " where load_id = %(load_id)s",
                stands,
            )
    # The counter after the load: whoever accepts holds the load when it asks for the counter.
    sequence = _next_sequence(connection)
    _recount(connection, load["provider_code"], load["feed"], sequence)
    return sequence


def withdraw(connection: Connection, load_id: int, by_role: str, because: str, as_of: dt.datetime) -> int:
    """Stop a load's rows from counting; the version they had replaced counts again."""
    load = _decide(connection, load_id, "withdraw", by_role, because, as_of)
    if load["state"] in ("refused", "withdrawn"):
        raise LedgerError(f"load {load_id} is {load['state']}: it counts for nothing as it is")
    sequence = _next_sequence(connection)
    move(connection, load_id, "withdrawn", as_of)
    _undo(connection, [load_id], sequence)
    _recount(connection, load["provider_code"], load["feed"], sequence)
    return sequence


def release(connection: Connection, load_id: int, by_role: str, because: str, as_of: dt.datetime) -> None:
    """Let a held load into the next wave; it wins a tie with a version of equal rank, until that one is released."""
    load = _decide(connection, load_id, "release", by_role, because, as_of)
    if load["state"] != "held":
        raise LedgerError(f"load {load_id} is {load['state']}; only held loads can be released")
    with connection.cursor() as cursor:
        cursor.execute(
            "update audit.deliveries as rival set is_preferred = false from audit.deliveries as released"
            " where released.load_id = %s"
            " and (rival.provider_code, rival.feed) = (released.provider_code, released.feed)"
            " and rival.period_end_on is not distinct from released.period_end_on"
            " and (rival.file_sha256, split_part(rival.mapping_version, '+', 2))"
            " <> (released.file_sha256, split_part(released.mapping_version, '+', 2)) and rival.is_preferred",
            (load_id,),
        )
    with connection.cursor() as cursor:
        # It was judged when it was held: a release is no second verdict.
        cursor.execute(
            "update audit.deliveries set state = 'judged', is_preferred = true where load_id = %s", (load_id,)
        )


def current_sequence(connection: Connection) -> int:
    """Return the sequence S that a build starting now reads."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (_COUNTER_LOCK,))
        # The counter, not the rows: a withdrawal that uncovers nothing is news to coverage all the same.
        cursor.execute("select case when is_called then last_value else 0 end from audit.acceptance")
        return cursor.fetchone()[0]


def _next_sequence(connection: Connection) -> int:
    with connection.cursor() as cursor:
        # The lock lasts to the end of the transaction: no later number can be visible before an earlier one.
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (_COUNTER_LOCK,))
        cursor.execute("select nextval('audit.acceptance')")
        return cursor.fetchone()[0]


def _decide(
    connection: Connection, load_id: int, decision: str, by_role: str, because: str, as_of: dt.datetime
) -> dict:
    if not because.strip():
        raise LedgerError(f'say why: assure {decision} {load_id} --because "…"')
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select * from audit.deliveries where load_id = %s for update", (load_id,))
        load = cursor.fetchone()
        if load is None:
            raise LedgerError(f"there is no load {load_id}; `assure status` lists them")
        cursor.execute(
            "insert into audit.decisions (load_id, decision, by_role, because, decided_at) values (%s, %s, %s, %s, %s)",
            (load_id, decision, by_role, because, as_of),
        )
    return load


_RANKED = """
    select
        delivery.load_id,
        carried.record,
        carried.delivers,
        delivery.file_sha256,
        split_part(delivery.mapping_version, '+', 1) as mapping,
        split_part(delivery.mapping_version, '+', 2) as facts,
        -- Whoever decided decided about a file, not about one reading of it.
        bool_or(delivery.is_preferred) over (
            partition by carried.record, delivery.file_sha256, split_part(delivery.mapping_version, '+', 2)
        ) as is_preferred,
        dense_rank() over (
            partition by carried.record, case carried.delivers when 'period' then delivery.period_end_on end
            order by
                -- What is back to what it was before counts from the last time it was sent.
                case carried.delivers when 'snapshot' then greatest(delivery.period_end_on, sent.period_end_on) end
                    desc nulls last,
                delivery.status_rank desc,
                delivery.declared_version desc,
                greatest(delivery.submitted_at, sent.submitted_at) desc
        ) as place,
        case carried.delivers when 'period' then delivery.period_end_on end as group_end_on
    from audit.deliveries as delivery
    inner join audit.load_records as carried on carried.load_id = delivery.load_id
    left join (
        select
            read_as.file_sha256,
            split_part(read_as.mapping_version, '+', 2) as facts,
            carried.record,
            case carried.delivers when 'period' then sighting.period_end_on end as group_end_on,
            max(sighting.period_end_on) as period_end_on,
            max(sighting.modified_at) as submitted_at
        from audit.sightings as sighting
        inner join audit.deliveries as read_as on read_as.load_id = sighting.load_id
        inner join audit.load_records as carried on carried.load_id = sighting.load_id
        where sighting.provider_code = %(provider_code)s and sighting.feed = %(feed)s
        group by read_as.file_sha256, facts, carried.record, group_end_on
    ) as sent
        on sent.file_sha256 = delivery.file_sha256
        and sent.facts = split_part(delivery.mapping_version, '+', 2)
        and sent.record = carried.record
        and sent.group_end_on is not distinct from case carried.delivers when 'period' then delivery.period_end_on end
    where delivery.provider_code = %(provider_code)s
        and delivery.feed = %(feed)s
        and delivery.state = 'accepted'
"""


def _recount(connection: Connection, provider_code: str, feed: str, sequence: int) -> None:
    """Decide anew which loads of a feed count from `sequence` on."""
    while _hold_ties(connection, provider_code, feed, sequence):
        pass  # below two of equal rank may stand two others
    _settle(connection, provider_code, feed, sequence)


def _hold_ties(connection: Connection, provider_code: str, feed: str, sequence: int) -> list[int]:
    """Hold loads of equal rank and different content, and return them; a released one stays and wins."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with ranked as ({_RANKED}),
            tied as (
                select
                    record,
                    group_end_on,
                    bool_or(is_preferred) as has_preferred
                from ranked
                where place = 1 and delivers <> 'events'
                group by record, group_end_on
                -- One mapping reads two things out of the same bytes where their names fill in other facts.
                having count(distinct file_sha256) > 1 or count(distinct (mapping, facts)) > count(distinct mapping)
            )
            select distinct ranked.load_id
            from ranked
            inner join tied
                on tied.record = ranked.record and tied.group_end_on is not distinct from ranked.group_end_on
            where ranked.place = 1 and not (ranked.is_preferred and tied.has_preferred)
            order by ranked.load_id
            """,
            {"provider_code": provider_code, "feed": feed},
        )
        tied = [row[0] for row in cursor]
        cursor.execute("update audit.deliveries set state = 'held' where load_id = any(%s)", (tied,))
    _undo(connection, tied, sequence)
    for load_id in tied:
        find(connection, load_id, [TIE])
    return tied


def _undo(connection: Connection, load_ids: list[int], sequence: int) -> None:
    """Let what loads said up to now count as never said, from `sequence` on: not even as what was said first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update audit.visibility set undone_seq = %s where load_id = any(%s) and undone_seq is null",
            (sequence, load_ids),
        )


def _settle(connection: Connection, provider_code: str, feed: str, sequence: int) -> None:
    """Open and close visibility so that exactly the winners of `feed` count from `sequence` on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with ranked as ({_RANKED}),
            met as (
                select
                    *,
                    first_value(mapping) over (
                        partition by record, group_end_on, case delivers when 'events' then file_sha256 end
                        order by is_preferred desc, load_id desc
                    ) as last_mapping
                from ranked
                where place = 1 or delivers = 'events'
            ),
            winners as (
                select distinct on (record, group_end_on, case delivers when 'events' then file_sha256 || facts end)
                    load_id,
                    record
                from met
                -- The same bytes under a mended mapping: the later reading is the one meant. Under names that fill in
                -- other facts, as of two sites, one mapping reads two things out of them, and both are meant.
                where mapping = last_mapping
                order by
                    record,
                    group_end_on,
                    case delivers when 'events' then file_sha256 || facts end,
                    is_preferred desc,
                    load_id desc
            ),
            retired as (
                update audit.visibility as visible
                set retired_seq = %(sequence)s
                from audit.deliveries as delivery
                where delivery.load_id = visible.load_id
                    and delivery.provider_code = %(provider_code)s
                    and delivery.feed = %(feed)s
                    and visible.retired_seq is null
                    and not exists (
                        select from winners
                        where winners.load_id = visible.load_id and winners.record = visible.record
                    )
            )
            insert into audit.visibility (load_id, record, accepted_seq, retired_seq)
            select load_id, record, %(sequence)s, null::bigint
            from winners
            where not exists (
                select from audit.visibility as visible
                where visible.load_id = winners.load_id
                    and visible.record = winners.record
                    and visible.retired_seq is null
            )
            union all
            -- What was accepted and outdone in the same wave counts for no moment, and was accepted all the same: a
            -- first backfill brings twelve registers at once, and the first deadline stands in the oldest.
            select load_id, record, %(sequence)s, %(sequence)s
            from ranked
            where not exists (
                select from winners
                where winners.load_id = ranked.load_id and winners.record = ranked.record
            )
                and not exists (
                    select from audit.visibility as visible
                    where visible.load_id = ranked.load_id and visible.record = ranked.record
                )
            """,
            {"provider_code": provider_code, "feed": feed, "sequence": sequence},
        )


def _insert(connection: Connection, into: str, rows: list[tuple]) -> None:
    if rows:
        with connection.cursor() as cursor:
            execute_values(cursor, f"insert into {into} values %s on conflict do nothing", rows, page_size=1000)
