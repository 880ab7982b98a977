"""Type one cell as its contract column says, or say which kind of fault it is; a cell's text never leaves here."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cache

from expectations.codes import UNMAPPED, code_list
from expectations.contract import Column
from loaders import identifiers
from loaders.reading import moments
from loaders.senders.feeds import CellMap, FileFormat
from loaders.senders.units import factor
from warehouse.periods import LONDON, YEARS

LONGEST_INTEGER = 18
"""Digits that every whole number of this length has room for in a bigint."""
LONGEST_NUMBER = 40
"""Digits, before or after the point, and characters of a number."""
_COMMA_AND_POINT = str.maketrans(",.", ".,")
# No thousands begin with a nought: 0,123 has its decimals after a comma, which was not agreed.
_NUMBER = re.compile(r"-?(\d+|[1-9]\d{0,2}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,4})?")


class CellFault(ValueError):
    """A cell that cannot be what its column is; `kind` is TYP or IDN."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind


def text_of(cell) -> str:
    """Return a cell as text: Excel's 12.0 is 12, a blank is nothing, several values stand between semicolons.

    Text was cleaned when the row was read.
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list):
        return ";".join(map(text_of, cell))
    return str(cell)


def number_of(cell, has_decimal_comma: bool) -> Decimal | None:
    """Return the number that a cell says; None where it says none, or one beyond what the warehouse can hold."""
    text = text_of(cell).replace("£", "", 1)
    # A workbook's numbers are numbers: only what was typed as text has marks.
    if has_decimal_comma and isinstance(cell, str):
        text = text.translate(_COMMA_AND_POINT)
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text.replace(",", ""))
    # Far outside what anyone counts.
    return None if number and not -LONGEST_NUMBER <= number.adjusted() < LONGEST_NUMBER else number


class CellReader:
    """Reads the cells of one column of one feed; call it with the cells of its headings."""

    def __init__(
        self,
        column: Column,
        cell_map: CellMap | None,
        form: FileFormat,
        pseudonym: Callable[[str], str] | None = None,
    ):
        cell_map = cell_map or CellMap(constant="")
        self.column = column
        self._pseudonym = pseudonym
        self.state_of = {_fold(text): state for text, state in cell_map.states.items()}
        self._join = cell_map.join
        self._constant = cell_map.constant or None
        self._typed: object = None
        self._sender_codes = {_fold(text): code for text, code in cell_map.codes.items()}
        self._dates = cell_map.dates or form.dates
        self.forms = moments.in_words(self._dates) if column.kind in ("date", "timestamp") else None
        """Forms of date that were agreed, in words; None for a column of anything else."""
        self._missing = frozenset({*form.missing, *cell_map.missing})
        self._missing_days: frozenset[dt.date] = frozenset()
        if column.kind in ("date", "timestamp"):
            # A day that stands for a blank is one however it is written, or typed by Excel.
            found = (moments.moment(text, (*self._dates, "iso")) for text in self._missing)
            self._missing_days = frozenset(moment.date() for moment in found if moment)
        self._split = cell_map.split
        self._separator = cell_map.separator or ";"
        self._factor = factor(cell_map.unit, column.unit) if cell_map.unit else None
        self._has_decimal_comma = form.decimals == ","
        self._is_percent = cell_map.unit == "percent"
        self._has_time = column.kind == "timestamp"
        self._read = getattr(self, f"_{column.kind}")
        # The one place where a contract's default is applied.
        default = column.default_when_blank
        self._default = None if default is None else CellReader._plain(column, form)._read([default])

    @staticmethod
    def _plain(column: Column, form: FileFormat) -> "CellReader":
        return CellReader(column.model_copy(update={"default_when_blank": None}), None, form)

    def __call__(self, cells: Collection) -> object:
        """Return the typed value; where nothing was sent, the contract's default or None. Raises CellFault."""
        if self._constant is not None:
            if self._typed is None:
                self._typed = self._read([self._constant])
            return self._typed
        missing = self._missing
        sent = [cell for cell in cells if text_of(cell) not in missing]
        if self._missing_days and len(sent) > 1 and self.column.kind == "date":
            # A day that stands for a blank leaves room for the next heading.
            sent = [cell for cell in sent if not self._is_missing_day(cell)]
        if not sent:
            return self._default
        if self._split is not None:
            sent = [part for part in map(self._part, sent) if part not in missing]
        present = [cell for cell in sent if _fold(cell) not in self.state_of] if self.state_of else sent
        if self._has_time and len(cells) > len(present):
            # A time whose day was not sent is no moment.
            present = [cell for cell in present if isinstance(cell, dt.date) or self._is_moment(cell)] or []
        if not present:
            return None if self.state_of and sent else self._default
        if self._sender_codes and not self.column.code_list:
            present = [self._sender_codes.get(_fold(cell), cell) for cell in present]
        return self._read(present)

    def is_sent(self, cells: Iterable) -> bool:
        """Say whether any of the cells holds more than what means: not sent."""
        return any(text_of(cell) not in self._missing for cell in cells)

    def state(self, cells: Iterable) -> str | None:
        """Return why there is no value, where a marker says so."""
        found = (self.state_of.get(_fold(cell)) for cell in cells)
        return next((state for state in found if state), None)

    def _is_missing_day(self, cell) -> bool:
        found = cell if isinstance(cell, dt.date) else moments.moment(text_of(cell), self._dates)
        return (found.date() if isinstance(found, dt.datetime) else found) in self._missing_days

    def _part(self, cell) -> str:
        parts = text_of(cell).split(self._split.at)
        place = self._split.part - 1 if self._split.part > 0 else self._split.part
        return parts[place].strip() if -len(parts) <= place < len(parts) else ""

    def _is_moment(self, cell) -> bool:
        return (
            moments.moment(text_of(cell), self._dates) is not None or moments.time(text_of(cell), self._dates) is None
        )

    def _text(self, cells: list) -> str:
        if self.column.code_list:
            return self._code(text_of(cells[0] if self._join is None else self._joined(cells)))
        text = text_of(cells[0]) if self._join is None else self._joined(cells)
        if self.column.classification == "pseudonym":
            return self._pseudonym(text)
        if self.column.is_printed and identifiers.holds_identifier(text):
            raise CellFault("IDN")
        if self.column.classification == "restricted":
            return identifiers.mask(text)
        return text

    def _joined(self, cells: list) -> str:
        return self._join.join(map(text_of, cells))

    def _code(self, text: str) -> str:
        folded = _fold(text)
        if folded in self._sender_codes:
            return self._sender_codes[folded]
        return _known_codes(self.column.code_list).get(folded, UNMAPPED)

    def _codes(self, cells: list) -> list[str]:
        return list(dict.fromkeys(self._code(part) for part in self._parts(cells)))

    def _ids(self, cells: list) -> list[str]:
        return list(dict.fromkeys(self._parts(cells)))

    def _parts(self, cells: list) -> list[str]:
        pieces = (
            piece
            for cell in cells
            for piece in (map(text_of, cell) if isinstance(cell, list) else text_of(cell).split(self._separator))
        )
        return [part for part in map(str.strip, pieces) if part and part not in self._missing]

    def _integer(self, cells: list) -> int:
        number = self._number(cells)
        if self._factor is not None:
            number = number.to_integral_value()
        if number != number.to_integral_value() or number.adjusted() >= LONGEST_INTEGER:
            raise CellFault("TYP")
        return int(number)

    def _number(self, cells: list) -> Decimal:
        cell = cells[0]
        if self._is_percent and isinstance(cell, str):
            cell = cell.removesuffix("%").rstrip()
        number = number_of(cell, self._has_decimal_comma)
        if number is None:
            raise CellFault("TYP")
        if self._factor is None:
            return number
        scaled = Fraction(number) * self._factor
        return Decimal(scaled.numerator) / Decimal(scaled.denominator)

    def _date(self, cells: list) -> dt.date | None:
        cell = cells[0]
        if isinstance(cell, dt.datetime):
            day = cell.date()
        elif isinstance(cell, dt.date):
            day = cell
        else:
            found = self._moment(text_of(cell))
            # A moment in UTC may lie in another day than it does here.
            day = (found.astimezone(LONDON) if found.tzinfo else found).date()
        return self._default if day in self._missing_days else _of_our_time(day)

    def _timestamp(self, cells: list) -> dt.datetime | None:
        day, *rest = cells
        if not isinstance(day, dt.date):
            moment = self._day_and_time(cells)
        elif isinstance(day, dt.datetime) and not rest:
            moment = day
        else:
            moment = dt.datetime.combine(day, self._time(rest))
        if moment.date() in self._missing_days:
            return self._default
        moment = _of_our_time(moment)
        # Senders write wall-clock time; the warehouse keeps UTC. Of a doubled hour the first is meant.
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(dt.UTC)

    def _day_and_time(self, cells: list) -> dt.datetime:
        if len(cells) == 1:
            return self._moment(text_of(cells[0]))
        joined = moments.moment(" ".join(map(text_of, cells)), self._dates)
        return joined or dt.datetime.combine(self._moment(text_of(cells[0])), self._time(cells[1:]))

    def _moment(self, text: str) -> dt.datetime:
        moment = moments.moment(text, self._dates)
        if moment is None:
            raise CellFault("TYP")
        return moment

    def _time(self, cells: list) -> dt.time:
        """Return the time that stands beside a day; midnight where none does."""
        if not cells:
            return dt.time()
        time = moments.time(text_of(cells[0]), self._dates)
        if time is None:
            raise CellFault("TYP")
        return time


def _of_our_time(day: dt.date) -> dt.date:
    """Return a day or moment as it is. Raises CellFault where nobody can have meant its year."""
    if day.year not in YEARS:
        raise CellFault("TYP")
    return day


def _fold(text) -> str:
    folded = text_of(text).casefold()
    return " ".join(folded.split()) if "\n" in folded else folded


@cache
def _known_codes(name: str) -> dict[str, str]:
    """Return what a sender may write for a code (the code itself or its label, any case) → code."""
    listed = code_list(name)
    # What JSON and Excel write for a tick.
    known = {"true": "yes", "false": "no"} if {"yes", "no"} <= set(listed) else {}
    # Excel takes 01 for the number 1.
    known |= {code.lstrip("0"): code for code in listed if code.isdigit()}
    known |= {_fold(label): code for code, label in listed.items()}
    return known | {_fold(code): code for code in listed}
