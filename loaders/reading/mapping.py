"""Turn a sender's rows of cells into typed rows of records; pure, and a stream from end to end."""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from expectations.contract import Contract
from loaders import identifiers
from loaders.reading import moments
from loaders.reading.cells import CellFault, CellReader, number_of, text_of
from loaders.reading.headings import cut_in_two, drifted, joined, lettered, spaced
from loaders.reading.row import Row
from loaders.senders.feeds import NAMED, STATES, FileFormat, TableMap

if TYPE_CHECKING:
    from loaders.reading.beside import Companion

UNREADABLE_PERIOD = "FILE-ROW-PERIOD"
"""The rule of a row that does not say which period it is about: no column of the record has it."""


@dataclass(frozen=True)
class RecordRow:
    """One typed row: values in the contract's column order; `part` counts records made of one wide row."""

    record: str
    number: int
    part: int
    values: tuple


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row set aside by the reader: where, which rule it broke, the record's column if any, and the heading of it."""

    record: str
    sheet: str | None
    number: int
    rule: str
    column: str
    heading: str | None
    forms: str | None = None


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

    def cast(self, cell) -> None:
        """Count a cell, or each of several values in one; a blank says nothing."""
        for text in map(text_of, cell) if isinstance(cell, list) else (text_of(cell),):
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

    `neighbours` are headings that other tables of the same sheet read or ignore, `facts` what the file's name says,
    `companions` the tables that complete its rows.
    """

    def __init__(
        self,
        table: TableMap,
        contract: Contract,
        form: FileFormat,
        pseudonym: Callable[[str], str] | None = None,
        neighbours: Collection[str] = (),
        facts: Mapping[str, object] | None = None,
        companions: Sequence["Companion"] = (),
    ):
        self.table = table
        self.contract = contract
        self.count = TableCount()
        self.missing_optional: tuple[str, ...] = ()
        self.drifted: dict[str, str] = {}
        """Heading of the file → the agreed heading it was taken for, though case or spaces differ."""
        self.dropped: tuple[str, ...] = ()
        """Headings that name a forbidden identifier and that nobody declared."""
        self.undeclared: dict[int, str] = {}
        """Place (from 0) → heading of columns that nobody agreed."""
        self.votes: dict[int, Votes] = {}
        """Place → votes, of the undeclared columns, of those without any heading, and of ids and labels."""
        self.ignored: list[tuple[str, Votes]] = []
        """Headings that the mapping ignores word for word, and whether persons' own numbers stand under them."""
        self.unsound: list[int] = []
        """Numbers of rows in which what must add up does not."""
        self.of_other_periods = 0
        """Rows about another period than the one that the file's name says."""
        self.companions = companions
        self._declared = {spaced(heading) for heading in (*table.declared_headings, *neighbours)}
        self._ignored = any_of([heading for heading in table.ignore if "*" in heading])
        self._dropped = any_of([heading for heading in table.drop if "*" in heading])
        self._is_text = form.kind == "csv"
        self._has_decimal_comma = form.decimals == ","
        self._header_rows = (0,) if form.kind in NAMED else table.header_rows
        self._positions: dict[str, int] | None = None
        self._agreed: dict[int, str] = {}
        self._all_headings: list[str] = []
        self._has_names = form.kind in NAMED
        self._width = 0
        self._headings: dict[int, list[str]] = {}
        self._is_open = self._was_open = table.starts_after is None
        self._is_closed = self._is_bare = False
        self._first_row = table.first_row or 0
        self._value = table.unpivot.value if table.unpivot else None
        set_by_heading = {name for sets in (table.unpivot.headings.values() if table.unpivot else ()) for name in sets}
        self._readers = {
            column.name: CellReader(column, table.columns.get(column.name), form, pseudonym)
            for column in contract.columns
            if column.name in {*table.columns, *set_by_heading, self._value} or column.default_when_blank is not None
        }
        self._names = [column.name for column in contract.columns]
        self._required = [column.name for column in contract.columns if column.is_required]
        self._state = next((name for name in STATES if name in self._names), None)
        self._counted = self._value or next(
            (name for name in ("counted", "value", "value_code") if name in self._readers), None
        )
        self._has_states = bool(self._counted and self._state and self._readers[self._counted].state_of)
        self._period = (facts["period_start"], facts["period_end"]) if facts and "period_start" in facts else None
        self._facts = {
            name: [facts[cell.file]] if facts and cell.file in facts else []
            for name, cell in table.columns.items()
            if cell.file is not None
        }
        self._keep = [(heading, any_of(texts)) for heading, texts in table.keep_when.items()]
        self._skip = [(heading, any_of(texts)) for heading, texts in table.skip_when.items()]
        if table.headings:
            self._place(list(table.headings))

    @property
    def is_lacking(self) -> bool:
        """Say whether the table should have been met and was not; a list with nothing in it is no fault."""
        return not self.was_found and not self._is_bare

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
        if row.number < self._first_row or not any(map(text_of, row.cells)):
            return
        self.count.read += 1
        if self.companions:
            row = self._completed(row)
        self._vote(row)
        try:
            passed_by = self._is_no_record(row) or self._is_of_another_period(row)
            made = [] if passed_by else list(self._records(row))
        except _Fault as fault:
            self.count.set_aside += 1
            yield RowFault(self.contract.record, row.sheet, row.number, fault.rule, *fault.place)
            return
        if not made:
            self.count.filtered += 1
            return
        self.count.kept += 1
        if self.table.adds_up and not self._adds_up(row):
            self.unsound.append(row.number)
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
        wanted = self._header_rows
        if row.number == 0 and not row.cells:
            self._is_bare = True
            return
        if row.number in wanted:
            self._headings[row.number] = [spaced(text_of(cell)) for cell in row.cells]
        if row.number >= max(wanted):
            if len(self._headings) != len(wanted):
                raise HeaderFault("FILE-HEADER", row.sheet, self.table.wanted_headings)
            headings = joined([self._headings[number] for number in wanted])
            if cut := self._is_text and cut_in_two(headings):
                raise HeaderFault("FILE-HEADING-CUT", row.sheet, cut)
            self._place(headings, row.sheet)

    def _place(self, headings: list[str], sheet: str | None = None) -> None:
        """Find each agreed heading's place, and say what is missing, dropped or not agreed. Raises HeaderFault."""
        self._own_width = len(headings)
        headings = [*headings, *(heading for one in self.companions for heading in one.headings)]
        found: dict[str, int] = {}
        for place, heading in enumerate(headings):
            if heading:
                found.setdefault(heading, place)
        self._declared.update(heading for heading in found if self._dropped(heading))
        self.drifted = drifted(found, self._declared)
        # From here on a heading that only drifted is the agreed one.
        headings = [self.drifted.get(heading, heading) for heading in headings]
        found = {self.drifted.get(heading, heading): place for heading, place in found.items()}
        wanted = self.table.wanted_headings
        places = {heading: found[spaced(heading)] for heading in wanted if spaced(heading) in found}
        missing = tuple(heading for heading in wanted if heading not in places)
        if wanted and not places:
            joined = len(found) == 1 and sum(heading in headings[0] for heading in wanted) > 1
            raise HeaderFault("FILE-DELIMITER" if joined else "FILE-HEADER", sheet, missing)
        self.dropped = tuple(
            heading for heading in found if heading not in self._declared and identifiers.names_an_identifier(heading)
        )
        read = set(map(spaced, wanted))
        self.undeclared = {
            place: heading
            for place, heading in enumerate(headings)
            if heading
            and heading not in self.dropped
            and (heading not in self._declared or (heading in read and place != found[heading]))
        }
        lost = self._lost(places)
        if lost:
            raise HeaderFault("FILE-COLUMN", sheet, lost, tuple(self.undeclared.values()))
        self.missing_optional = missing
        self._positions = places
        self._agreed = {place: heading for heading, place in places.items()}
        self._all_headings = headings
        self._places = {
            name: self._places_of(self._source(name, None)) for name in self._readers if name != self._value
        }
        self._value_places = {
            heading: self._places_of((heading,)) for heading in (self.table.unpivot.headings if self._value else ())
        }
        self._blank_places = self._places_of(self.table.skip_when_blank)
        self._period_places = self._places_of(self.table.period_in)
        self._width = len(headings)
        unnamed = (place for place, heading in enumerate(headings) if not heading)
        own = {place: Votes() for place in (*self.undeclared, *unnamed) if place < self._own_width}
        self._ballot = own | dict(self._names_and_numbers())
        self._keys = [self._places_of(one.on) for one in self.companions]
        self.votes = self._ballot | self._votes_beside()
        ignored = set(map(spaced, self.table.ignore)) - set(map(spaced, self.table.drop)) - read
        for place, heading in enumerate(headings):
            if heading in ignored and not self._dropped(heading):
                self._ballot[place] = Votes(identifiers.is_person_number)
                self.ignored.append((heading, self._ballot[place]))
        # What was waved through by a part of its name is looked at all the same, for identifiers of persons.
        self.undeclared = {place: heading for place, heading in self.undeclared.items() if not self._ignored(heading)}

    def _votes_beside(self) -> dict[int, Votes]:
        """Return the votes of the companions, which cast them on every row they have, by place."""
        starts = itertools.accumulate((len(one.headings) for one in self.companions), initial=self._own_width)
        return {
            start + place: votes
            for start, one in zip(starts, self.companions, strict=False)
            for place, votes in one.votes.items()
            if start + place not in self._ballot
        }

    def column_name(self, place: int) -> str:
        """Return how a column is called in a verdict: by an agreed heading, else by its place, as Excel counts it.

        One that nobody agreed may be a person's own; objects have names and no places.
        """
        if place in self._agreed:
            return self._agreed[place]
        if self._has_names and place < self._own_width:
            return identifiers.mask(self._all_headings[place])
        start = self._own_width if self._positions is not None else 0
        for one in self.companions:
            if start <= place < start + len(one.headings):
                return f"{one.name}: {lettered(place - start)}"
            start += len(one.headings)
        return lettered(place)

    def _completed(self, row: Row) -> Row:
        """Return a row with what the companions say of it; cells beyond the last heading stay the last."""
        own = self._own_width
        cells = row.cells[:own] + [None] * (own - len(row.cells))
        for one, places in zip(self.companions, self._keys, strict=True):
            cells += one.find(tuple(text_of(cells[place]) for place in places))
        return row._replace(cells=cells + row.cells[own:])

    def _adds_up(self, row: Row) -> bool:
        return all(
            _is_sum(
                [(-1, total), *((-1, part[1:]) if part.startswith("-") else (1, part) for part in parts)],
                lambda heading: number_of(
                    next(iter(_at(row, self._places_of((heading,)))), ""), self._has_decimal_comma
                ),
            )
            for total, parts in self.table.adds_up.items()
        )

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
            if name in required and cell.source and not any(heading in places for heading in cell.source)
            for heading in cell.source
        ]
        needed = [
            *self.table.keep_when,
            *self.table.skip_when,
            *(heading for one in self.table.beside.values() for heading in one.on),
            *self.table.period_in,
            *(self.table.unpivot.headings if self.table.unpivot else ()),
        ]
        return tuple(dict.fromkeys(lost + [heading for heading in needed if heading not in places]))

    def _places_of(self, headings: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._positions[heading] for heading in headings if heading in self._positions)

    def _is_no_record(self, row: Row) -> bool:
        if self._keep and not all(self._holds(row, heading, is_text) for heading, is_text in self._keep):
            return True
        if self._skip and any(self._holds(row, heading, is_text) for heading, is_text in self._skip):
            return True
        return bool(self._blank_places) and not any(map(text_of, _at(row, self._blank_places)))

    def _is_of_another_period(self, row: Row) -> bool:
        if self._period is None or not self._period_places:
            return False
        said = moments.period(" ".join(map(text_of, _at(row, self._period_places))))
        if said is None:
            raise _Fault(UNREADABLE_PERIOD, "", self.table.period_in)
        is_of_another = said.start_on < self._period[0] or said.end_on > self._period[1]
        self.of_other_periods += is_of_another
        return is_of_another

    def _holds(self, row: Row, heading: str, is_text: Callable[[str], object]) -> bool:
        place = self._positions[heading]
        return bool(is_text(text_of(row.cells[place]) if place < len(row.cells) else ""))

    def _vote(self, row: Row) -> None:
        for place in range(self._width, len(row.cells)):
            if place not in self._ballot:
                self._ballot[place] = self.votes[place] = Votes()
        for place, votes in self._ballot.items():
            if place < len(row.cells):
                votes.cast(row.cells[place])

    def _records(self, row: Row) -> Iterator[RecordRow]:
        if self.table.unpivot is None:
            yield self._record(row, 1, {}, None)
            return
        is_sent = self._readers[self._value].is_sent
        for part, (heading, sets) in enumerate(self.table.unpivot.headings.items(), start=1):
            if not self.table.unpivot.skip_blank or is_sent(_at(row, self._value_places[heading])):
                yield self._record(row, part, sets, heading)

    def _record(self, row: Row, part: int, sets: Mapping[str, str], value_heading: str | None) -> RecordRow:
        """Return one record of a row; of an unpivoted one that of `value_heading`, which `sets` other columns."""
        values, state = {}, None
        for name, reader in self._readers.items():
            if name in sets:
                cells = [sets[name]]
            elif name in self._facts:
                cells = self._facts[name]
            else:
                cells = _at(row, self._value_places[value_heading] if name == self._value else self._places[name])
            if self._has_states and name == self._counted:
                state = reader.state(cells)
            try:
                values[name] = reader(cells)
            except CellFault as fault:
                rule = self.contract.rule_code(fault.kind, name)
                raise _Fault(rule, name, self._source(name, value_heading), reader.forms) from None
        if self._state and values.get(self._state) is None:
            there = "counted" if self._state == "value_state" else "answered"
            values[self._state] = state or (there if values.get(self._counted) is not None else None)
        for name in self._required:
            if values.get(name) is None:
                raise _Fault(self.contract.rule_code("REQ", name), name, self._source(name, value_heading))
        return RecordRow(self.contract.record, row.number, part, tuple(map(values.get, self._names)))

    def _source(self, name: str, value_heading: str | None) -> tuple[str, ...]:
        """Return the headings that fill a column."""
        if name == self._value:
            return (value_heading,)
        mapped = self.table.columns.get(name)
        return mapped.source if mapped else ()


def any_of(texts: Sequence[str]) -> Callable[[str], object]:
    r"""Return a test whether a cell holds one of these texts in any case; `*` stands for any text, `\*` for itself."""
    parts = (
        # Alone it stands for whatever is filled in.
        ".+" if text == "*" else "".join(map(_literal, re.split(r"(\\\*|\*)", text)))
        for text in texts
    )
    return re.compile("|".join(parts), re.IGNORECASE | re.DOTALL).fullmatch


def _literal(part: str) -> str:
    return ".*" if part == "*" else re.escape(part.replace("\\*", "*"))


def _is_sum(signed: Sequence[tuple[int, str]], number_at: Callable[[str], Decimal | None]) -> bool:
    """Say whether the cells under signed headings come to nought; what is no number adds up with anything."""
    numbers = [(sign, number_at(heading)) for sign, heading in signed]
    return any(number is None for _, number in numbers) or sum(sign * number for sign, number in numbers) == 0


def _at(row: Row, places: tuple[int, ...]) -> list:
    cells = row.cells
    return [cells[place] for place in places if place < len(cells)]


class _Fault(Exception):
    def __init__(self, rule: str, column: str, headings: tuple[str, ...], forms: str | None = None):
        super().__init__(rule)
        self.rule = rule
        self.place = (column, " + ".join(headings) or None, forms)
