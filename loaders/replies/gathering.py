"""Gather what a sender is to be told of its files: verdicts, places, remedies, each once; never a value of a record."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from psycopg2.extensions import connection as Connection

from expectations.verdict import LEVELS
from loaders.replies.plain_lines import describe
from loaders.senders.provider import Provider
from warehouse import ledger
from warehouse.connection import connect
from warehouse.periods import LONDON

ALL_ACCEPTED = "Everything that was sent was accepted. Thank you."
MOST_ROWS = 1_000
"""Row numbers of one finding that a reply lists; the rest are counted."""


@dataclass(frozen=True)
class Fault:
    """What is to be said of one rule in one place of a file: how many rows, and their numbers as far as listed."""

    rule: str
    level: str
    message: str
    remedy: str
    sheet: str | None
    column: str | None
    row_count: int
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class FileReply:
    """What became of one file: `outcome` is accepted, held, refused or withdrawn."""

    load_id: int
    feed: str
    file_name: str
    outcome: str
    submitted_on: dt.date
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    rows_filtered: int
    faults: tuple[Fault, ...]

    @property
    def verdict_sha256(self) -> str:
        """Hash of what the sender reads: the same verdict is not told again, whoever read the file anew."""
        told = [self.outcome, self.rows_kept, self.rows_set_aside, [asdict(fault) for fault in self.faults]]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Reply:
    """Everything one sender is to be told at once; `since` is when it was told last."""

    provider_code: str
    provider_name: str
    icb_name: str
    as_of: dt.datetime
    since: dt.datetime | None
    files: tuple[FileReply, ...] = field(default=())

    def ended(self, *outcomes: str) -> int:
        """Count the files with one of these outcomes."""
        return sum(one.outcome in outcomes for one in self.files)

    @property
    def key(self) -> str:
        """Hash of the whole, the same however often it is asked for."""
        told = [self.provider_code, sorted((one.load_id, one.verdict_sha256) for one in self.files)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def news(provider: Provider, as_of: dt.datetime) -> Reply:
    """Return what a sender was not told yet: first what it has to mend, then the newest."""
    with connect("loader") as connection:
        return _gather(connection, provider, as_of)


@contextmanager
def telling(provider: Provider, as_of: dt.datetime, told_to: str) -> Iterator[Reply | None]:
    """Yield what a sender is to be told, or None. When the block ends it has been told; when it raises it has not.

    A sender is told once on a day: what is judged later waits for the next. Of two that tell at once, one waits.
    """
    with connect("loader") as connection:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (f"reply {provider.organisation_code}",))
        reply = _gather(connection, provider, as_of)
        today = as_of.astimezone(LONDON).date()
        was_told = reply.since is not None and reply.since.astimezone(LONDON).date() >= today
        if not reply.files or was_told:
            yield None
            return
        yield reply
        _note(connection, reply, told_to)


def told(reply: Reply, told_to: str) -> None:
    """Record that a sender has been told by other means, in the name of a role."""
    with connect("loader") as connection:
        _note(connection, reply, told_to)


def write(provider: Provider) -> str:
    """Return in plain lines every load of a sender of which something is to be said, newest first."""
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select load_id, file_name, state, rows_read, rows_landed, rows_set_aside from audit.deliveries as delivery"
            " where provider_code = %s"
            " and exists (select from audit.findings as found where found.load_id = delivery.load_id)"
            " order by submitted_at desc, load_id desc",
            (provider.organisation_code,),
        )
        lines = []
        for load_id, file_name, state, read, landed, set_aside in cursor.fetchall():
            counts = f"{read} rows read, {landed} landed, {set_aside} set aside"
            lines.append(f"{file_name} (load {load_id}): {state}; {counts}")
            lines += describe(ledger.findings(connection, load_id))
    return "\n".join(lines) or ALL_ACCEPTED


def for_sender(rule: str, remedy: str) -> str:
    """Return a remedy without what only the data team can do: it keeps the provider files and releases loads."""
    if rule in _TO_SENDERS:
        return _TO_SENDERS[rule]
    kept, releases, agrees = [], False, False
    for clause in remedy.split("; "):
        parts = [part for part in re.split(r", or ", clause) if not _OURS.search(part)]
        releases |= "assure " in clause
        agrees |= "provider file" in clause
        if parts:
            kept.append(", or ".join(parts))
    if releases:
        kept.append("if it is right as it is, tell us")
    elif agrees:
        kept.append("tell us, so that we can agree on it" if not kept else "or tell us, so that we can agree on it")
    return "; ".join(kept)


_TO_SENDERS = {
    "FILE-IDENTIFIER-IGNORED": "leave the column out of the export: we have no use for it and must not be sent it",
    "FILE-TIE": "tell us which of the two counts",
    "FILE-UNMAPPED": "tell us what the new codes mean, or send those that were agreed",
    "GATE-UNSOUND": "there is nothing for you to do: the fault may well be ours, and we look into it",
}
_OURS = re.compile(r"`?assure |provider file")


# ---- From the ledger ---------------------------------------------------------------------------------------------


_LATEST = """
    with latest as (
        select distinct on (feed, file_sha256) *
        from audit.deliveries
        where provider_code = %(code)s
        order by feed, file_sha256, load_id desc
    )
    select
        latest.load_id,
        latest.feed,
        latest.file_name,
        latest.state,
        latest.submitted_on,
        latest.rows_read,
        latest.rows_set_aside,
        latest.rows_filtered,
        (
            select reply.verdict_sha256
            from audit.replies as reply
            inner join audit.deliveries as read_as on read_as.load_id = reply.load_id
            where read_as.provider_code = latest.provider_code
                and read_as.feed = latest.feed
                and read_as.file_sha256 = latest.file_sha256
            order by reply.told_at desc, reply.load_id desc
            limit 1
        ) as told_sha256
    from latest
    -- What still waits for the gate may yet be held: it is told tomorrow.
    where latest.state in ('accepted', 'held', 'refused', 'withdrawn')
    order by latest.submitted_at desc, latest.load_id desc
"""


def _gather(connection: Connection, provider: Provider, as_of: dt.datetime) -> Reply:
    code = provider.organisation_code
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(told_at) from audit.replies as reply"
            " inner join audit.deliveries as delivery on delivery.load_id = reply.load_id where provider_code = %s",
            (code,),
        )
        since = cursor.fetchone()[0]
        cursor.execute(_LATEST, {"code": code})
        latest = cursor.fetchall()
    files = []
    for load_id, feed, name, state, submitted_on, read, aside, filtered, told_sha256 in latest:
        faults = _faults(connection, load_id)
        kept = max(0, read - aside - filtered) if state != "refused" else 0
        one = FileReply(load_id, feed, name, state, submitted_on, read, kept, aside, filtered, faults)
        # What was withdrawn before the sender heard of it is nothing to tell.
        if one.verdict_sha256 != told_sha256 and (state != "withdrawn" or told_sha256):
            files.append(one)
    files.sort(key=lambda one: ("refused", "held", "withdrawn", "accepted").index(one.outcome))
    return Reply(code, provider.name, provider.icb_name, as_of, since, tuple(files))


def _faults(connection: Connection, load_id: int) -> tuple[Fault, ...]:
    """Return a load's findings by rule and place, the dearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rule, array_agg(distinct row_number order by row_number) from quarantine.rows"
            " where load_id = %s group by rule",
            (load_id,),
        )
        aside = dict(cursor.fetchall())
    grouped: dict[tuple, list[ledger.Finding]] = {}
    for found in ledger.findings(connection, load_id):
        grouped.setdefault((found.rule, found.sheet, found.column_name), []).append(found)
    faults = []
    for (rule, sheet, column), findings in grouped.items():
        first = findings[0]
        rows = aside.get(rule) or sorted({found.row_number for found in findings if found.row_number})
        # What is said of the whole file counts as one; more than that are rows, numbered or not.
        counted = sum(found.row_count for found in findings if found.row_number or found.row_count > 1)
        message = "; ".join(part for part in first.message.split("; ") if not _OURS.search(part))
        message, remedy = _ROWS_LISTED.sub("", message), for_sender(rule, first.remedy)
        faults.append(
            Fault(rule, first.level, message, remedy, sheet, column, max(counted, len(rows)), tuple(rows[:MOST_ROWS]))
        )
    return tuple(sorted(faults, key=lambda fault: (LEVELS.index(fault.level), -fault.row_count, fault.rule)))


_ROWS_LISTED = re.compile(r" \(rows \d[\d, ]*(?: and \d+ more)?\)$")


def _note(connection: Connection, reply: Reply, told_to: str) -> None:
    with connection.cursor() as cursor:
        for one in reply.files:
            cursor.execute(
                "insert into audit.replies (load_id, told_at, verdict_sha256, told_to) values (%s, %s, %s, %s)"
                " on conflict (load_id, told_at) do nothing",
                (one.load_id, reply.as_of, one.verdict_sha256, told_to),
            )
