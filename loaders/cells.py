"""Type one cell as its contract column says, or say which kind of fault it is; a cell's text never leaves here."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, lru_cache

from expectations.codes import UNMAPPED, code_list
from expectations.contract import Column
from loaders import identifiers
from loaders.feeds import CellMap, FileFormat
from warehouse.periods import LONDON

LONGEST_INTEGER = 18
"""Digits that every whole number of this length has room for in a bigint."""
LONGEST_NUMBER = 40
"""Digits, before or after the point, and characters of a number."""
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,4})?")


class CellFault(ValueError):
    """A cell that cannot be what its column is; `kind` is TYP or IDN."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind


def text_of(cell) -> str:
    """Return a cell as text: Excel's 12.0 is 12, a blank is nothing. Text was cleaned when the row was read."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


class CellReader:
    """Reads the cells of one column of one feed; call it with the cells of its headings."""

    def __init__(
        self,
        column: Column,
        cell_map: CellMap | None,
        form: FileFormat,
        pseudonym: Callable[[str], str] | None = None,
    ):
        self.column = column
        self._pseudonym = pseudonym
        self.state_of = dict(cell_map.states) if cell_map else {}
        self._join = cell_map.join if cell_map else None
        self._constant = cell_map.constant if cell_map else None
        self._typed: object = None
        self._sender_codes = {_fold(text): code for text, code in (cell_map.codes if cell_map else {}).items()}
        self._dates = cell_map.dates if cell_map and cell_map.dates else form.dates
        self._missing = frozenset(form.missing)
        self._read = getattr(self, f"_{column.kind}")
        # The one place where a contract's default is applied.
        self._default = None if column.default_when_blank is None else self._read([column.default_when_blank])

    def __call__(self, cells: Iterable) -> object:
        """Return the typed value; where nothing was sent, the contract's default or None. Raises CellFault."""
        if self._constant is not None:
            if self._typed is None:
                self._typed = self._read([self._constant])
            return self._typed
        sent = [cell for cell in cells if text_of(cell) not in self._missing]
        if not sent:
            return self._default
        present = [cell for cell in sent if text_of(cell) not in self.state_of] if self.state_of else sent
        if not present:
            return None
        if self._sender_codes and not self.column.code_list:
            present = [self._sender_codes.get(_fold(cell), cell) for cell in present]
        return self._read(present)

    def _text(self, cells: list) -> str:
        if self.column.code_list:
            return self._code(text_of(cells[0]))
        text = text_of(cells[0]) if self._join is None else self._join.join(map(text_of, cells))
        if self.column.classification == "pseudonym":
            return self._pseudonym(text)
        if self.column.is_printed and identifiers.holds_identifier(text):
            raise CellFault("IDN")
        if self.column.classification == "restricted":
            return identifiers.mask(text)
        return text

    def _code(self, text: str) -> str:
        folded = _fold(text)
        if folded in self._sender_codes:
            return self._sender_codes[folded]
        return _known_codes(self.column.code_list).get(folded, UNMAPPED)

    def _codes(self, cells: list) -> list[str]:
        return list(dict.fromkeys(self._code(part) for part in _parts(cells)))

    def _ids(self, cells: list) -> list[str]:
        return list(dict.fromkeys(_parts(cells)))

    def _integer(self, cells: list) -> int:
        number = self._number(cells)
        if number != number.to_integral_value() or number.adjusted() >= LONGEST_INTEGER:
            raise CellFault("TYP")
        return int(number)

    def _number(self, cells: list) -> Decimal:
        text = text_of(cells[0]).replace("£", "", 1)
        if not _NUMBER.fullmatch(text):
            raise CellFault("TYP")
        number = Decimal(text.replace(",", ""))
        # Far outside what anyone counts, and beyond what a column of the warehouse can hold.
        if (number and not -LONGEST_NUMBER <= number.adjusted() < LONGEST_NUMBER) or len(text) > LONGEST_NUMBER:
            raise CellFault("TYP")
        return number

    def _date(self, cells: list) -> dt.date:
        cell = cells[0]
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, dt.date):
            return cell
        return self._moment(text_of(cell)).date()

    def _timestamp(self, cells: list) -> dt.datetime:
        day, *rest = cells
        if not isinstance(day, dt.date):
            moment = self._moment(" ".join(map(text_of, cells)))
        elif isinstance(day, dt.datetime) and not rest:
            moment = day
        else:
            moment = dt.datetime.combine(day, _time_of(rest))
        # Senders write wall-clock time; the warehouse keeps UTC. Of a doubled hour the first is meant.
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(dt.UTC)

    def _moment(self, text: str) -> dt.datetime:
        moment = _read_moment(text, self._dates)
        if moment is None:
            raise CellFault("TYP")
        return moment


@lru_cache(maxsize=4096)
def _read_moment(text: str, forms: tuple[str, ...]) -> dt.datetime | None:
    for form in forms:
        try:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007 - made aware by the caller
        except ValueError:
            continue
    return None


def _time_of(cells: list) -> dt.time:
    """Return the time that stands beside a day of Excel's; midnight where none does."""
    try:
        return dt.time.fromisoformat(text_of(cells[0])) if cells else dt.time()
    except ValueError:
        raise CellFault("TYP") from None


def _parts(cells: list) -> list[str]:
    return [part for cell in cells for part in (piece.strip() for piece in text_of(cell).split(";")) if part]


def _fold(text) -> str:
    folded = text_of(text).casefold()
    return " ".join(folded.split()) if "\n" in folded else folded


@cache
def _known_codes(name: str) -> dict[str, str]:
    """Return what a sender may write for a code (the code itself or its label, any case) → code."""
    listed = code_list(name)
    # Excel takes 01 for the number 1.
    known = {code.lstrip("0"): code for code in listed if code.isdigit()}
    known |= {_fold(label): code for code, label in listed.items()}
    return known | {_fold(code): code for code in listed}
