"""Copy one file's good rows into raw, in one transaction, under a load id that nobody can see yet."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from expectations.contract import Contract
from expectations.verdict import FILE_RULES, finding, row_finding
from loaders import identifiers
from loaders.pseudonyms import person_ref
from loaders.reading.beside import companions
from loaders.reading.cells import text_of
from loaders.reading.headings import lettered, spaced
from loaders.reading.mapping import HeaderFault, RecordRow, RowFault, TableReader, Votes
from loaders.reading.row import Row, Unreadable
from loaders.reading.tabular import NIL, remnants, rows
from loaders.senders.feeds import NAMED, Feed
from loaders.senders.file_names import FileName
from loaders.senders.provider import Provider
from warehouse.ledger import Finding

BATCH = 5_000
LAST_HEADING = 20
"""The last row in which a refused file's headings are looked for."""
LISTED_FAULTS = 1_000
"""Faults of one load that its verdict lists row by row; quarantine lists them all."""


@dataclass
class Reading:
    """What reading a file came to, before any judgement."""

    findings: list[Finding] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    nil_sheets: set[str | None] = field(default_factory=set)
    """Sheets that say 'nil return' (None: a text file does)."""
    landed: dict[str, int] = field(default_factory=dict)
    rows_read: int = 0
    rows_set_aside: int = 0
    rows_filtered: int = 0
    is_nil_return: bool = False

    @property
    def is_refused(self) -> bool:
        """Say whether the whole file is refused."""
        return any(found.level == "refuse" for found in self.findings)


def read(
    content: BinaryIO,
    provider: Provider,
    feed: Feed,
    contracts: Mapping[str, Contract],
    take: Callable[[RecordRow], None],
    said: FileName | None = None,
) -> Reading:
    """Read a whole file, hand each good row to `take`, and return what became of the rest; opens no connection.

    `feed` has the one mapping that reads the file (`Feed.of`), `said` is what the file's name says.
    """
    reading = Reading()
    pseudonym = partial(person_ref, provider_code=provider.code, is_made_up=provider.is_made_up)
    readers: list[TableReader] = []
    places = tuple(dict.fromkeys(table.place for table in feed.tables))
    was_read = False
    try:
        for table in feed.tables:
            declared, facts = feed.headings_of(table.place), said and said.facts
            beside = companions(content, table, feed.format)
            contract = contracts[table.record]
            readers.append(TableReader(table, contract, feed.format, pseudonym, declared, facts, beside))
        with rows(content, feed.format, places) as found:
            by_place: dict[str | None, list[TableReader]] = {}
            for row in found:
                if row.sheet not in by_place:
                    by_place[row.sheet] = [one for one in readers if _stands(one, row.sheet, feed.format.kind)]
                _offer(row, by_place[row.sheet], reading, take)
        was_read = True
        _close(readers, reading)
    except Unreadable as fault:
        place = {"row_number": fault.row_number, "sheet": fault.sheet}
        reading.findings.append(finding(fault.rule, **place, **fault.names))
    except HeaderFault as fault:
        was_read = False
        reading.findings.append(_header_finding(fault))
    finally:
        # Of a refused file too: how far it was read, and what became of its rows.
        for reader in readers:
            reading.rows_read += reader.count.read
            reading.rows_set_aside += reader.count.set_aside
            reading.rows_filtered += reader.count.filtered
        # Whatever else a file is refused for: who people are must not lie in its kept copy.
        hidden = list(_of_identifiers(readers))
        reading.findings += hidden if hidden or was_read else _hidden_in_remnants(content, feed)
        reading.findings += _ignored_identifiers(readers)
    return reading


def land(
    connection: Connection,
    load: dict,
    content: BinaryIO,
    provider: Provider,
    contracts: Mapping[str, Contract],
    feed: Feed,
) -> Reading:
    """Read a file and COPY its rows; a refused file leaves no row behind. `feed` has the mapping of the file's day."""
    said = provider.feeds[load["feed"]].match(load["file_name"])
    head = (load["load_id"], load["provider_code"], load["period_start_on"], load["period_end_on"])
    copier = _Copier(connection, head, {record: contracts[record] for record in feed.records})
    with connection.cursor() as cursor:
        cursor.execute("savepoint before_landing")
        reading = read(content, provider, feed, contracts, copier.take, said)
        if reading.is_refused:
            cursor.execute("rollback to savepoint before_landing")
            reading.landed = {}
        else:
            copier.flush()
            reading.landed = copier.copied
    return reading


def _offer(row: Row, readers: list[TableReader], reading: Reading, take) -> None:
    if _is_nil(row):
        reading.nil_sheets.add(row.sheet)
        return
    for reader in readers:
        for made in reader.feed(row):
            if isinstance(made, RecordRow):
                take(made)
                continue
            reading.faults.append(made)
            if len(reading.faults) <= LISTED_FAULTS:
                reading.findings.append(_row_fault(reader.contract, made))


def _row_fault(contract: Contract, fault: RowFault) -> Finding:
    place = {"row_number": fault.number, "sheet": fault.sheet}
    if fault.rule in FILE_RULES:
        return finding(fault.rule, record=fault.record, column_name=fault.heading, **place)
    return row_finding(contract, fault.rule, heading=fault.heading, forms=fault.forms, **place)


def _close(readers: list[TableReader], reading: Reading) -> None:
    """Judge what the file was as a whole, once every row was read. Raises HeaderFault."""
    told = set()
    for reader in readers:
        if reader.was_found:
            for found in _column_findings(reader):
                # Several tables of one sheet see the same columns.
                if (place := (found.rule, found.sheet, found.column_name)) not in told:
                    told.add(place)
                    reading.findings.append(found)
        elif reader.is_lacking and reader.table.sheet not in reading.nil_sheets:
            raise HeaderFault("FILE-HEADER", reader.table.place, reader.table.wanted_headings)
        reading.findings += _row_findings(reader)
    if any(reader.count.kept for reader in readers):
        return
    if any(reader.count.set_aside for reader in readers):
        reading.findings.append(finding("FILE-ALL-ASIDE"))
    elif any(reader.of_other_periods for reader in readers):
        reading.findings.append(finding("FILE-PERIOD"))
    elif any(reader.count.filtered for reader in readers):
        reading.findings.append(finding("FILE-ALL-FILTERED"))
    elif reading.nil_sheets:
        reading.is_nil_return = True
    else:
        reading.findings.append(finding("FILE-NO-ROWS"))


def _column_findings(reader: TableReader) -> Iterator[Finding]:
    """Yield what is to be said of columns that were agreed and are not there, or are there and were not agreed."""
    place = {"record": reader.table.record, "sheet": reader.table.place}
    for sent, agreed in reader.drifted.items():
        yield finding("FILE-COLUMN-DRIFT", column_name=sent, headings=f"'{agreed}'", **place)
    for heading in reader.missing_optional:
        yield finding("FILE-COLUMN-OPTIONAL", column_name=heading, **place)
    for heading in reader.dropped:
        yield finding("FILE-COLUMN-DROPPED", column_name=heading, **place)
    for number, heading in reader.undeclared.items():
        # A column of identifiers may have one for its heading: its place is said, not the word.
        if not (number in reader.votes and reader.votes[number].are_identifiers):
            yield finding("FILE-COLUMN-EXTRA", column_name=identifiers.mask(heading), **place)


def _row_findings(reader: TableReader) -> Iterator[Finding]:
    """Yield what is to be said of rows that were read and complete nothing, or do not add up."""
    place = {"record": reader.table.record, "sheet": reader.table.place}
    for one in reader.companions:
        if one.left_over:
            yield finding("FILE-BESIDE-ALONE", column_name=one.name, row_count=one.left_over, **place)
    if reader.unsound:
        told = ", ".join(f"'{heading}'" for heading in reader.table.adds_up)
        first, count = reader.unsound[0], len(reader.unsound)
        yield finding("FILE-SUM", row_number=first, row_count=count, headings=told, **place)


def _of_identifiers(readers: list[TableReader]) -> Iterator[Finding]:
    """Yield a finding for each column that is one of identifiers, whether anybody agreed it or not."""
    told = set()
    for reader in readers:
        for number in sorted(number for number, votes in reader.votes.items() if votes.are_identifiers):
            if (place := (reader.table.place, number)) not in told:
                told.add(place)
                yield _identifier_finding(reader.column_name(number), reader.table.place, reader.table.record)


def _ignored_identifiers(readers: list[TableReader]) -> Iterator[Finding]:
    """Yield a finding for each column that is ignored by its heading, read by no table, and holds persons' numbers."""
    told = set()
    for reader in readers:
        place = reader.table.place
        read = {spaced(one) for other in readers if other.table.place == place for one in other.table.wanted_headings}
        for heading, votes in reader.ignored:
            if votes.are_identifiers and heading not in read and (place, heading) not in told:
                told.add((place, heading))
                yield finding("FILE-IDENTIFIER-IGNORED", column_name=heading, sheet=place, record=reader.table.record)


def _hidden_in_remnants(content: BinaryIO, feed: Feed) -> Iterator[Finding]:
    """Yield a finding for each column of identifiers in what can be made out of a file that was not read to its end.

    A column under an agreed heading, or under one that names an identifier, is left to be what it says.
    """
    has_paths = feed.format.kind in NAMED or any(table.beside for table in feed.tables)
    marks = re.compile(r" \| |\." if has_paths else r" \| ")
    agreed = {
        spaced(part) for table in feed.tables for heading in table.declared_headings for part in marks.split(heading)
    }
    votes: dict[tuple[str | None, int], Votes] = {}
    spared = set()
    for row in remnants(content, feed.format):
        for number, cell in enumerate(row.cells):
            text, place = spaced(text_of(cell)), (row.sheet, number)
            if row.number <= LAST_HEADING and (text in agreed or identifiers.names_an_identifier(text)):
                spared.add(place)
            votes.setdefault(place, Votes()).cast(cell)
    for sheet, number in (place for place in votes if place not in spared and votes[place].are_identifiers):
        yield _identifier_finding(lettered(number), sheet)


def _identifier_finding(column_name: str, sheet: str | None, record: str | None = None) -> Finding:
    return finding("FILE-IDENTIFIER", column_name=column_name, sheet=sheet, record=record)


def _header_finding(fault: HeaderFault) -> Finding:
    return finding(
        fault.rule,
        sheet=fault.sheet,
        headings=", ".join(f"'{heading}'" for heading in fault.headings) or None,
        undeclared=", ".join(f"'{identifiers.mask(heading)}'" for heading in fault.undeclared) or None,
    )


def _is_nil(row: Row) -> bool:
    filled = [cell for cell in row.cells if cell not in ("", None)]
    return len(filled) == 1 and text_of(filled[0]).casefold() in NIL


def _stands(reader: TableReader, place: str | None, kind: str) -> bool:
    """Say whether a table stands where a row does; a workbook's table that names no sheet is looked for on all."""
    return reader.table.place == place or (kind == "workbook" and reader.table.sheet is None)


class _Copier:
    """Gathers rows and copies them batch by batch; restricted columns go to their own schema."""

    def __init__(self, connection: Connection, head: tuple, contracts: Mapping[str, Contract]):
        self._connection = connection
        self._head = head
        self._contracts = contracts
        self._batches: dict[str, list[RecordRow]] = {record: [] for record in contracts}
        self.copied = dict.fromkeys(contracts, 0)

    def take(self, row: RecordRow) -> None:
        batch = self._batches[row.record]
        batch.append(row)
        if len(batch) >= BATCH:
            self._copy(row.record)

    def flush(self) -> None:
        for record in self._batches:
            self._copy(record)

    def _copy(self, record: str) -> None:
        batch, self._batches[record] = self._batches[record], []
        if not batch:
            return
        contract = self._contracts[record]
        columns = contract.columns
        # A record may have a period of its own; the delivery's then stands in the ledger alone.
        pipeline = contract.pipeline_columns
        public = [place for place, column in enumerate(columns) if column.classification != "restricted"]
        restricted = [place for place, column in enumerate(columns) if column.classification == "restricted"]
        self._send(
            "raw",
            record,
            (*pipeline, *(columns[place].name for place in public)),
            ((*self._place(row)[: len(pipeline)], *(row.values[place] for place in public)) for row in batch),
        )
        if restricted:
            self._send(
                "restricted",
                record,
                ("load_id", "row_number", "part", *(columns[place].name for place in restricted)),
                (
                    (*self._place(row)[:3], *(row.values[place] for place in restricted))
                    for row in batch
                    if any(row.values[place] is not None for place in restricted)
                ),
            )
        self.copied[record] += len(batch)

    def _place(self, row: RecordRow) -> tuple:
        load_id, provider_code, start_on, end_on = self._head
        return load_id, row.number, row.part, provider_code, start_on, end_on

    def _send(self, schema: str, record: str, columns: tuple[str, ...], values) -> None:
        buffer = io.StringIO()
        for row in values:
            buffer.write("\t".join(map(_copy_text, row)) + "\n")
        buffer.seek(0)
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(schema, record), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._connection.cursor() as cursor:
            cursor.copy_expert(statement.as_string(self._connection), buffer)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_text(value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, list):
        parts = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in value)
        return ("{" + ",".join(parts) + "}").translate(_ESCAPES)
    return str(value).translate(_ESCAPES)
