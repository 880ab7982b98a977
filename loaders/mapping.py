"""Turn a sender's rows of cells into typed rows of records; pure, and a stream from end to end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from expectations.contract import Contract
from loaders import identifiers
from loaders.cells import UNMAPPED, CellFault, CellReader, text_of
from loaders.provider import FileFormat, TableMap
from loaders.tabular import Row


@dataclass(frozen=True)
class RecordRow:
    """One typed row: values in the contract's column order; `part` counts records made of one wide row."""

    record: str
    number: int
    part: int
    values: tuple


@dataclass(frozen=True)
class RowFault:
    """A row set aside by the reader: where, and which rule its column broke."""

    record: str
    sheet: str | None
    number: int
    rule: str
    column: str


@dataclass
class TableCount:
    """What became of the rows of one table: read = kept + set aside + filtered."""

    read: int = 0
    kept: int = 0
    set_aside: int = 0
    filtered: int = 0
    unmapped: dict[str, int] = field(default_factory=dict)


class HeaderFault(ValueError):
    """The headings are not those of the mapping."""

    def __init__(
        self, rule: str, sheet: str | None, headings: tuple[str, ...] = (), undeclared: tuple[str, ...] = ()
    ):
        super().__init__(rule)
        self.rule = rule
        self.sheet = sheet
        self.headings = headings
        self.undeclared = undeclared


class TableReader:
    """Reads one table of a feed: give it every row of its sheet in order, it yields record rows and faults."""

    def __init__(
        self, table: TableMap, contract: Contract, form: FileFormat, pseudonym: Callable[[str], str] | None = None
    ):
        self.table = table
        self.contract = contract
        self.form = form
        self.count = TableCount()
        self.missing_optional: tuple[str, ...] = ()
        self.undeclared: tuple[str, ...] = ()
        self.dropped: tuple[str, ...] = ()
        self.identifier_votes: dict[str, list[int]] = {}
        self._positions: dict[str, int] | None = None
        self._headings: dict[int, list[str]] = {}
        self._is_open = table.starts_after is None
        self._is_closed = False
        unpivoted = {name for sets in (table.unpivot.headings.values() if table.unpivot else ()) for name in sets}
        self._readers = {
            column.name: CellReader(column, table.columns.get(column.name), form, pseudonym)
            for column in contract.columns
            if column.name in table.columns
            or column.name in unpivoted
            or (table.unpivot and column.name == table.unpivot.value)
        }
        self._state_of = {
            name: reader.state_of for name, reader in self._readers.items() if reader.state_of
        }
        self._has_value_state = any(column.name == "value_state" for column in contract.columns)
        if table.headings:
            self._place(list(table.headings))

    @property
    def has_header(self) -> bool:
        """Say whether the headings were found."""
        return self._positions is not None

    def feed(self, row: Row) -> Iterator[RecordRow | RowFault]:
        """Take one row of the sheet. Raises HeaderFault."""
        if self._is_closed or not self._open(row):
            return
        if self._positions is None:
            self._collect_heading(row)
            return
        if row.number < (self.table.first_row or 0) or not any(text_of(cell) for cell in row.cells):
            return
        self.count.read += 1
        self._vote(row)
        if self._is_no_record(row):
            self.count.filtered += 1
            return
        try:
            made = list(self._records(row))
        except _Fault as fault:
            self.count.set_aside += 1
            yield RowFault(
                self.contract.record, row.sheet, row.number, f"{self.contract.rule_prefix}-{fault.rule}", fault.column
            )
            return
        self.count.kept += 1
        yield from made

    def _open(self, row: Row) -> bool:
        first = text_of(row.cells[0]) if row.cells else ""
        if self.table.ends_before is not None and first == self.table.ends_before and self._is_open:
            self._is_closed = True
            return False
        if not self._is_open:
            self._is_open = first == self.table.starts_after
            return False
        return True

    def _collect_heading(self, row: Row) -> None:
        wanted = self.table.header_rows
        if row.number in wanted:
            self._headings[row.number] = [text_of(cell).replace("\n", " ") for cell in row.cells]
        if row.number >= max(wanted):
            if len(self._headings) != len(wanted):
                raise HeaderFault("FILE-HEADER", row.sheet)
            self._place(_joined([self._headings[number] for number in wanted]), row.sheet)

    def _place(self, headings: list[str], sheet: str | None = None) -> None:
        places = {}
        for place, heading in enumerate(headings):
            if heading:
                places.setdefault(heading, place)
        drop = set(self.table.drop) | {heading for heading in places if identifiers.names_an_identifier(heading)}
        wanted = self.table.wanted_headings
        missing = [heading for heading in wanted if heading not in places]
        declared = set(wanted) | set(self.table.ignore) | drop
        if len(missing) == len(wanted):
            joined = len(places) == 1 and sum(heading in headings[0] for heading in wanted) > 1
            raise HeaderFault("FILE-DELIMITER" if joined else "FILE-HEADER", sheet, tuple(missing))
        needed = self._needed_headings()
        if lost := tuple(heading for heading in missing if heading in needed):
            raise HeaderFault("FILE-COLUMN", sheet, lost, tuple(sorted(set(places) - declared)))
        self.missing_optional = tuple(missing)
        self.dropped = tuple(sorted(drop & set(places)))
        self.undeclared = tuple(heading for heading in places if heading not in declared)
        self.identifier_votes = {heading: [0, 0] for heading in self.undeclared}
        self._positions = {heading: place for heading, place in places.items() if heading not in drop}

    def _needed_headings(self) -> set[str]:
        required = {column.name for column in self.contract.columns if column.is_required}
        needed = {
            heading
            for name, cell in self.table.columns.items()
            if name in required and len(cell.source) == 1
            for heading in cell.source
        }
        return needed | (set(self.table.unpivot.headings) if self.table.unpivot else set())

    def _cells(self, row: Row, headings: tuple[str, ...]) -> list:
        places = (self._positions.get(heading) for heading in headings)
        return [row.cells[place] for place in places if place is not None and place < len(row.cells)]

    def _is_no_record(self, row: Row) -> bool:
        for heading, texts in self.table.skip_when.items():
            if any(text_of(cell) in texts for cell in self._cells(row, (heading,))):
                return True
        blank = self.table.skip_when_blank
        return bool(blank) and not any(text_of(cell) for cell in self._cells(row, blank))

    def _vote(self, row: Row) -> None:
        for heading, votes in self.identifier_votes.items():
            for cell in self._cells(row, (heading,)):
                text = text_of(cell)
                if text:
                    votes[0] += 1
                    votes[1] += identifiers.is_nhs_number(text)

    def _records(self, row: Row) -> Iterator[RecordRow]:
        if self.table.unpivot is None:
            yield self._record(row, 1, {}, ())
            return
        for part, (heading, sets) in enumerate(self.table.unpivot.headings.items(), start=1):
            yield self._record(row, part, sets, (heading,))

    def _record(self, row: Row, part: int, sets: dict[str, str], value_headings: tuple[str, ...]) -> RecordRow:
        values, state = {}, None
        for name, reader in self._readers.items():
            is_value = self.table.unpivot is not None and name == self.table.unpivot.value
            if name in sets:
                cells = [sets[name]]
            elif is_value:
                cells = self._cells(row, value_headings)
            else:
                mapped = self.table.columns.get(name)
                cells = self._cells(row, mapped.source) if mapped else []
            if name in self._state_of and cells:
                state = self._state_of[name].get(text_of(cells[0]), state)
            try:
                values[name] = reader(cells)
            except CellFault as fault:
                raise _Fault(f"{fault.kind}.{name}", name) from None
            if values[name] == UNMAPPED or (isinstance(values[name], list) and UNMAPPED in values[name]):
                self.count.unmapped[name] = self.count.unmapped.get(name, 0) + 1
        if self._has_value_state and values.get("value_state") is None:
            counted = values.get("counted", values.get("value"))
            values["value_state"] = state or ("counted" if counted is not None else None)
        for column in self.contract.columns:
            if column.is_required and values.get(column.name) is None:
                raise _Fault(f"REQ.{column.name}", column.name)
        return RecordRow(
            self.contract.record, row.number, part, tuple(values.get(column.name) for column in self.contract.columns)
        )


class _Fault(Exception):
    def __init__(self, rule: str, column: str):
        super().__init__(rule)
        self.rule = rule
        self.column = column


def _joined(levels: list[list[str]]) -> list[str]:
    """Join heading rows by ' | '; an upper cell that is merged over several columns stands over each of them."""
    width = max(len(level) for level in levels)
    levels = [level + [""] * (width - len(level)) for level in levels]
    above = [""] * len(levels)
    headings = []
    for own in zip(*levels, strict=True):
        above = [text or before for text, before in zip(own, above, strict=True)]
        # A column without a lowest heading is named by its own upper cell, never by its neighbour's.
        parts = [*above[:-1], own[-1]] if own[-1] else own
        headings.append(" | ".join(dict.fromkeys(part for part in parts if part)))
    return headings
