"""Turn a sender's rows of cells into typed rows of records; pure, and a stream from end to end."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from expectations.contract import Contract
from loaders import identifiers
from loaders.cells import CellFault, CellReader, text_of
from loaders.feeds import FileFormat, TableMap
from loaders.tabular import Row


@dataclass(frozen=True)
class RecordRow:
    """One typed row: values in the contract's column order; `part` counts records made of one wide row."""

    record: str
    number: int
    part: int
    values: tuple


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row set aside by the reader: where, which rule its column broke, and the sender's heading of that column."""

    record: str
    sheet: str | None
    number: int
    rule: str
    column: str
    heading: str | None


@dataclass
class TableCount:
    """What became of the rows of one table: read = kept + set aside + filtered."""

    read: int = 0
    kept: int = 0
    set_aside: int = 0
    filtered: int = 0


@dataclass
class Votes:
    """Of the filled cells of a column, how many are valid identifiers."""

    is_valid: Callable[[str], bool] = identifiers.is_identifier
    filled: int = 0
    valid: int = 0

    def cast(self, text: str) -> None:
        """Count a cell; a blank one says nothing."""
        if text:
            self.filled += 1
            self.valid += self.is_valid(text)

    @property
    def are_identifiers(self) -> bool:
        """Say whether the column is one of identifiers: at least three, and more than half of what is filled."""
        return self.valid >= 3 and self.valid > self.filled / 2


class HeaderFault(ValueError):
    """The headings are not those of the mapping."""

    def __init__(self, rule: str, sheet: str | None, headings: tuple[str, ...] = (), undeclared: tuple[str, ...] = ()):
        super().__init__(rule)
        self.rule = rule
        self.sheet = sheet
        self.headings = headings
        self.undeclared = undeclared


class TableReader:
    """Reads one table of a feed: give it every row of its sheet in order, it yields record rows and faults.

    `neighbours` are headings that other tables of the same sheet read or ignore.
    """

    def __init__(
        self,
        table: TableMap,
        contract: Contract,
        form: FileFormat,
        pseudonym: Callable[[str], str] | None = None,
        neighbours: Collection[str] = (),
    ):
        self.table = table
        self.contract = contract
        self.count = TableCount()
        self.missing_optional: tuple[str, ...] = ()
        self.dropped: tuple[str, ...] = ()
        """Headings that name a forbidden identifier and that nobody declared."""
        self.undeclared: dict[int, str] = {}
        """Place (from 0) → heading of columns that nobody agreed."""
        self.votes: dict[int, Votes] = {}
        """Place → votes, of the undeclared columns, of those without any heading, and of ids and labels."""
        self._declared = {*table.declared_headings, *neighbours}
        self._positions: dict[str, int] | None = None
        self._width = 0
        self._headings: dict[int, list[str]] = {}
        self._is_open = self._was_open = table.starts_after is None
        self._is_closed = False
        self._value = table.unpivot.value if table.unpivot else None
        set_by_heading = {name for sets in (table.unpivot.headings.values() if table.unpivot else ()) for name in sets}
        self._readers = {
            column.name: CellReader(column, table.columns.get(column.name), form, pseudonym)
            for column in contract.columns
            if column.name in {*table.columns, *set_by_heading, self._value} or column.default_when_blank is not None
        }
        self._counted = self._value or next((name for name in ("counted", "value") if name in self._readers), None)
        self._states = self._readers[self._counted].state_of if self._counted else {}
        self._names = [column.name for column in contract.columns]
        self._required = [column.name for column in contract.columns if column.is_required]
        self._has_value_state = "value_state" in self._names
        if table.headings:
            self._place(list(table.headings))

    @property
    def was_found(self) -> bool:
        """Say whether the table was met: its headings, and the mark after which it starts."""
        return self._positions is not None and self._was_open

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
            rule = self.contract.rule_code(fault.family, fault.column)
            yield RowFault(self.contract.record, row.sheet, row.number, rule, fault.column, fault.heading)
            return
        self.count.kept += 1
        yield from made

    def _open(self, row: Row) -> bool:
        first = text_of(row.cells[0]) if row.cells else ""
        if self.table.ends_before is not None and first == self.table.ends_before and self._is_open:
            self._is_closed = True
            return False
        if not self._is_open:
            self._is_open = self._was_open = first == self.table.starts_after
            return False
        return True

    def _collect_heading(self, row: Row) -> None:
        wanted = self.table.header_rows
        if row.number in wanted:
            self._headings[row.number] = [" ".join(text_of(cell).split()) for cell in row.cells]
        if row.number >= max(wanted):
            if len(self._headings) != len(wanted):
                raise HeaderFault("FILE-HEADER", row.sheet, self.table.wanted_headings)
            self._place(joined([self._headings[number] for number in wanted]), row.sheet)

    def _place(self, headings: list[str], sheet: str | None = None) -> None:
        """Find each agreed heading's place, and say what is missing, dropped or not agreed. Raises HeaderFault."""
        places: dict[str, int] = {}
        for place, heading in enumerate(headings):
            if heading:
                places.setdefault(heading, place)
        wanted = self.table.wanted_headings
        missing = tuple(heading for heading in wanted if heading not in places)
        if len(missing) == len(wanted):
            joined = len(places) == 1 and sum(heading in headings[0] for heading in wanted) > 1
            raise HeaderFault("FILE-DELIMITER" if joined else "FILE-HEADER", sheet, missing)
        self.dropped = tuple(
            heading for heading in places if heading not in self._declared and identifiers.names_an_identifier(heading)
        )
        self.undeclared = {
            place: heading
            for place, heading in enumerate(headings)
            if heading
            and heading not in self.dropped
            and (heading not in self._declared or (heading in wanted and place != places[heading]))
        }
        lost = self._lost(places)
        if lost:
            raise HeaderFault("FILE-COLUMN", sheet, lost, tuple(self.undeclared.values()))
        self.missing_optional = missing
        self._positions = {heading: places[heading] for heading in wanted if heading in places}
        self._places = {
            name: self._places_of(self._source(name, None)) for name in self._readers if name != self._value
        }
        self._width = len(headings)
        unnamed = (place for place, heading in enumerate(headings) if not heading)
        self.votes = {place: Votes() for place in (*self.undeclared, *unnamed)} | dict(self._names_and_numbers())

    def _names_and_numbers(self) -> Iterator[tuple[int, Votes]]:
        """Yield the places of agreed columns that hold ids or labels: they are published as they were sent."""
        for name, cell in self.table.columns.items():
            column = self.contract.column(name)
            if column.classification == "plain" and column.kind in ("text", "ids") and not column.code_list:
                is_valid = identifiers.is_identifier if column.is_label else identifiers.is_person_number
                for heading in cell.source:
                    if heading in self._positions:
                        yield self._positions[heading], Votes(is_valid)

    def _lost(self, places: Mapping[str, int]) -> tuple[str, ...]:
        """Return the headings without which no row can be read, or rows that are no records would be."""
        required = {column.name for column in self.contract.columns if column.is_required}
        lost = [
            heading
            for name, cell in self.table.columns.items()
            if name in required and not any(heading in places for heading in cell.source)
            for heading in cell.source
        ]
        needed = [*self.table.skip_when, *(self.table.unpivot.headings if self.table.unpivot else ())]
        return tuple(dict.fromkeys(lost + [heading for heading in needed if heading not in places]))

    def _places_of(self, headings: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._positions[heading] for heading in headings if heading in self._positions)

    def _is_no_record(self, row: Row) -> bool:
        for heading, texts in self.table.skip_when.items():
            if any(text_of(cell) in texts for cell in _at(row, self._places_of((heading,)))):
                return True
        blank = self.table.skip_when_blank
        return bool(blank) and not any(text_of(cell) for cell in _at(row, self._places_of(blank)))

    def _vote(self, row: Row) -> None:
        for place in range(self._width, len(row.cells)):
            self.votes.setdefault(place, Votes())
        for place, votes in self.votes.items():
            if place < len(row.cells):
                votes.cast(text_of(row.cells[place]))

    def _records(self, row: Row) -> Iterator[RecordRow]:
        if self.table.unpivot is None:
            yield self._record(row, 1, {}, None)
            return
        for part, (heading, sets) in enumerate(self.table.unpivot.headings.items(), start=1):
            yield self._record(row, part, sets, heading)

    def _record(self, row: Row, part: int, sets: Mapping[str, str], value_heading: str | None) -> RecordRow:
        """Return one record of a row; of an unpivoted one that of `value_heading`, which `sets` other columns."""
        values, state = {}, None
        for name, reader in self._readers.items():
            if name in sets:
                cells = [sets[name]]
            else:
                cells = _at(row, self._places_of((value_heading,)) if name == self._value else self._places[name])
            if name == self._counted and self._states and cells:
                state = self._states.get(text_of(cells[0]))
            try:
                values[name] = reader(cells)
            except CellFault as fault:
                raise _Fault(fault.kind, name, self._source(name, value_heading)) from None
        if self._has_value_state and values.get("value_state") is None:
            counted = values.get(self._counted)
            values["value_state"] = state or ("counted" if counted is not None else None)
        for name in self._required:
            if values.get(name) is None:
                raise _Fault("REQ", name, self._source(name, value_heading))
        return RecordRow(self.contract.record, row.number, part, tuple(map(values.get, self._names)))

    def _source(self, name: str, value_heading: str | None) -> tuple[str, ...]:
        """Return the headings that fill a column."""
        if name == self._value:
            return (value_heading,)
        mapped = self.table.columns.get(name)
        return mapped.source if mapped else ()


def _at(row: Row, places: tuple[int, ...]) -> list:
    cells = row.cells
    return [cells[place] for place in places if place < len(cells)]


class _Fault(Exception):
    def __init__(self, family: str, column: str, headings: tuple[str, ...]):
        super().__init__(family)
        self.family = family
        self.column = column
        self.heading = " + ".join(headings) or None


def joined(levels: list[list[str]]) -> list[str]:
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
