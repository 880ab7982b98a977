"""Complete a table's rows from another table of the same file: another sheet, or another file of the same archive."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from loaders.reading.cells import text_of
from loaders.reading.headings import joined, spaced
from loaders.reading.mapping import HeaderFault, Votes, any_of
from loaders.reading.row import Row, Unreadable
from loaders.reading.tabular import NIL, rows
from loaders.senders.feeds import Beside, FileFormat, TableMap

MOST_ROWS = 1_000_000
"""Rows that are kept at hand to be found by their key."""


class Companion:
    """A table that stands beside another, found by its key; of several rows with one key the first counts."""

    def __init__(
        self, name: str, beside: Beside, declared: Iterable[str], dropped: Iterable[str], found: Iterable[Row]
    ):
        """Keep every row of `found`. Raises HeaderFault where the key's headings are missing, and Unreadable."""
        self.name = name
        self.on = tuple(beside.on)
        """Headings of the row that is completed."""
        self.headings: list[str] = []
        """Its own headings, as they are written in the mapping: `name.heading`."""
        self.votes: dict[int, Votes] = {}
        """Place (from 0) → votes, of columns that nobody agreed."""
        self.without_row = 0
        """Rows that complete none, because none has their key or one with it stands before them."""
        self._declared = {_look(heading) for heading in declared}
        self._dropped = {_look(heading) for heading in dropped}
        self._rows: dict[tuple[str, ...], list] = {}
        self._met: set[tuple[str, ...]] = set()
        ordered: dict[tuple[str, ...], tuple] = {}
        for row in self._below_headings(found, beside):
            for place, votes in self.votes.items():
                if place < len(row):
                    votes.cast(row[place])
            if not all(_holds(row, place, is_text) for place, is_text in self._keep):
                continue
            key = tuple(text_of(row[place]) if place < len(row) else "" for place in self._key)
            order = _order(row[self._order]) if self._order is not None and self._order < len(row) else _LAST
            if not any(key):
                self.without_row += 1
                continue
            if key in self._rows:
                if self._order is None:
                    self.without_row += 1
                    continue
                # first_by says which of them is meant, so that the others are no surprise.
                if order >= ordered[key]:
                    continue
            if len(self._rows) >= MOST_ROWS:
                raise Unreadable("FILE-TOO-LARGE", sheet=name)
            self._rows[key] = [None if place in self._blanked else cell for place, cell in enumerate(row)]
            if self._order is not None:
                ordered[key] = order

    def find(self, key: tuple[str, ...]) -> list:
        """Return the cells of the row with this key, blank where there is none; as many as there are headings."""
        found = self._rows.get(key, [])
        if found:
            self._met.add(key)
        width = len(self.headings)
        return found[:width] + [None] * (width - len(found))

    @property
    def left_over(self) -> int:
        """How many rows completed none."""
        return self.without_row + len(self._rows) - len(self._met)

    def _below_headings(self, found: Iterable[Row], beside: Beside) -> Iterator[list]:
        above: dict[int, list[str]] = {}
        wanted = beside.header_rows
        for row in found:
            if _says_nothing(row) and not self.headings:
                return
            if row.number == 0 or (not self.headings and row.number in wanted):
                above[row.number] = [spaced(text_of(cell)) for cell in row.cells]
                if row.number == 0 or len(above) == len(wanted):
                    self._place([above[number] for number in sorted(above)], beside)
            elif self.headings and any(map(text_of, row.cells)):
                yield row.cells
        if not self.headings:
            raise HeaderFault("FILE-HEADER", self.name, tuple(beside.on.values()))

    def _place(self, levels: list[list[str]], beside: Beside) -> None:
        own = joined(levels)
        places: dict[str, int] = {}
        for place, heading in enumerate(own):
            if heading:
                places.setdefault(_look(heading), place)
        needed = (*beside.on.values(), *beside.keep_when, *((beside.first_by,) if beside.first_by else ()))
        if lost := tuple(heading for heading in needed if _look(heading) not in places):
            raise HeaderFault("FILE-COLUMN", self.name, lost)
        self.headings = [f"{self.name}.{heading}" if heading else "" for heading in own]
        self._key = [places[_look(heading)] for heading in beside.on.values()]
        self._keep = [(places[_look(heading)], any_of(texts)) for heading, texts in beside.keep_when.items()]
        self._order = places[_look(beside.first_by)] if beside.first_by else None
        # Kept in memory is what the mapping reads: of a table of contacts two columns of sixty.
        self._blanked = {
            place for place, look in enumerate(map(_look, self.headings)) if look not in self._declared - self._dropped
        }
        self.votes = {
            place: Votes() for place, heading in enumerate(self.headings) if _look(heading) not in self._declared
        }


def companions(content: BinaryIO, table: TableMap, form: FileFormat) -> list[Companion]:
    """Return the tables that stand beside `table` in a file, read to their ends. Raises HeaderFault and Unreadable."""
    found = []
    for name, beside in table.beside.items():
        own = form.model_copy(update={"member": beside.member}) if beside.member else form
        with rows(content, own, (beside.sheet,) if beside.sheet else ()) as read:
            found.append(Companion(name, beside, table.declared_headings, table.drop, read))
    return found


_LAST = (2, 0, "")


def _order(cell) -> tuple:
    """Return a cell's place in order: numbers by their size, then texts, blanks last."""
    text = text_of(cell)
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0, text) if text else _LAST


def _says_nothing(row: Row) -> bool:
    """Say whether a row is a nil return's, or the headings of a list with nothing in it."""
    return (row.number == 0 and not row.cells) or (len(row.cells) == 1 and text_of(row.cells[0]).casefold() in NIL)


def _holds(row: list, place: int, is_text) -> bool:
    return bool(is_text(text_of(row[place]) if place < len(row) else ""))


def _look(heading: str) -> str:
    return "".join(heading.split()).casefold()
