"""Turn JSON, one document or one object a line, into rows of cells whose headings are paths; memory stays flat."""

import codecs
import io
import json
import re
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO, TextIO

from loaders.reading.row import LONGEST_CELL, Row, Unreadable, clean
from loaders.reading.unpacking import LARGEST_INSIDE, encoding_of, undecodable_line
from loaders.senders.feeds import FileFormat

DEEPEST = 32
"""Objects and lists inside each other."""
WIDEST = 4_096
"""Headings of one file."""
MOST_NAMES = 100_000
"""Names in one object."""
LARGEST_ELEMENT = 1 << 24
"""Characters of one object, with all that is in it."""
_CHUNK = 1 << 16


def rows(content: BinaryIO, form: FileFormat, places: tuple[str | None, ...]) -> Iterator[Row]:
    """Yield for each place (None, or the path of a nested list) its headings as row 0, then its rows.

    The whole file is read before the first row leaves: only then are all headings known, and every fault. Rows wait on
    the disk. Raises Unreadable.
    """
    places = places or (None,)
    with TemporaryFile("w+", encoding="utf-8") as file:
        waiting = _Waiting(file, places)
        strange = None
        for number, element in _elements(content, form):
            if isinstance(element, dict):
                waiting.add(number, element)
            elif isinstance(element, str) and clean(element).casefold() in ("nil", "nil return"):
                yield Row(None, number, [clean(element)])
            else:
                strange = strange or Unreadable("FILE-JSON-SHAPE", number, found=_in_words(element))
                waiting.add_strange(number, element)
        if strange and not waiting.has_headings:
            raise strange
        yield from waiting.rows()


class _Waiting:
    """The rows of all places, on the disk until every heading is known."""

    def __init__(self, file: TextIO, places: tuple[str | None, ...]):
        self._file = file
        self._places = places
        self._tables = {place: _Table() for place in places}
        self._met: set[str | None] = {None}
        self._size = 0

    @property
    def has_headings(self) -> bool:
        return any(table.headings() for table in self._tables.values())

    def add(self, number: int, element: dict) -> None:
        """Take one object for every place."""
        for place, table in self._tables.items():
            if place is None:
                self._write(place, number, table.take(_flat(element, number)))
                continue
            path = place.split(".")
            if place not in self._met and _leads_to_a_list(element, path):
                self._met.add(place)
            for flat in _expanded(element, path, "", number):
                self._write(place, number, table.take(flat))

    def add_strange(self, number: int, element) -> None:
        """Take what is no object: beyond the last heading, a row that lacks all it needs and is set aside for that."""
        self._write(self._places[0], number, [(None, str(element)[:LONGEST_CELL])])

    def rows(self) -> Iterator[Row]:
        heads = {place: table.headings() for place, table in self._tables.items()}
        for place, headings in heads.items():
            # No row at all in a list that is there is another thing than no such list.
            if headings or not self._size or place in self._met:
                yield Row(place, 0, headings)
        self._file.seek(0)
        counted = dict.fromkeys(self._places, 0)
        for line in self._file:
            at, number, found = json.loads(line)
            place = self._places[at]
            counted[place] += 1
            cells: list = [None] * len(heads[place])
            for column, cell in found:
                if column is None:
                    cells.append(cell)
                else:
                    cells[column] = cell
            yield Row(place, number if place is None else counted[place], cells)

    def _write(self, place: str | None, number: int, cells: list[tuple]) -> None:
        line = json.dumps([self._places.index(place), number, cells], separators=(",", ":")) + "\n"
        self._size += len(line)
        if self._size > LARGEST_INSIDE:
            raise Unreadable("FILE-TOO-LARGE")
        self._file.write(line)


def remnants(content: BinaryIO, encoding: str) -> Iterator[Row]:
    """Yield what can be made out of JSON that is none: each name in quotes with the value after it, as a row."""
    content.seek(0)
    places: dict[str, int] = {}
    text = codecs.getreader(encoding_of(content, encoding))(content, errors="replace")
    kept, number = "", 0
    while chunk := text.read(_CHUNK):
        kept += chunk
        end = 0
        for found in _PAIR.finditer(kept):
            end, number = found.end(), number + 1
            name = clean(found[1])
            if name not in places:
                if len(places) >= WIDEST:
                    continue
                places[name] = len(places)
                yield Row(None, 0, [""] * places[name] + [name])
            yield Row(None, number, [""] * places[name] + [clean(found[2] or found[3])])
        kept = kept[max(end, len(kept) - _CHUNK) :]


_PAIR = re.compile(r'"([^"\\]{1,200})"\s*:\s*(?:"([^"]{1,200})"|(\d{1,40}))')


class _Table:
    """The headings of one place, in order of first mention."""

    def __init__(self):
        self._columns: dict[str, int] = {}
        self._empty: dict[str, None] = {}

    def take(self, flat: dict) -> list[tuple[int, object]]:
        """Return a flat object's filled cells, each with its column."""
        found = []
        for path, cell in flat.items():
            if cell is None or cell == []:
                self._empty.setdefault(path)
                continue
            if path not in self._columns and len(self._columns) >= WIDEST:
                raise Unreadable("FILE-TOO-LARGE")
            found.append((self._columns.setdefault(path, len(self._columns)), cell))
        return found

    def headings(self) -> list[str]:
        """Return every heading; one that is blank throughout counts unless an object stands there in other rows."""
        blank = (
            path
            for path in self._empty
            if path not in self._columns and not any(one.startswith(f"{path}.") for one in self._columns)
        )
        return [*self._columns, *blank][:WIDEST]


def _flat(value, number: int, path: str = "", into: dict | None = None) -> dict:
    """Return an object's values by path: of a list all its values, of a list of objects theirs under each path."""
    into = {} if into is None else into
    if isinstance(value, dict):
        for name, inner in value.items():
            _flat(inner, number, f"{path}.{clean(name)}" if path else clean(name), into)
        if not value and path:
            into.setdefault(path, None)
    elif isinstance(value, list):
        for path_inside, cell in _gathered(value, number, path).items():
            _put(into, path_inside, cell, number)
    else:
        _put(into, path, clean(value) if isinstance(value, str) else value, number)
    return into


def _gathered(values: list, number: int, path: str) -> dict[str, list]:
    gathered: dict[str, list] = {} if values else {path: []}
    for one in values:
        for inside, cell in _flat(one, number, path).items():
            gathered.setdefault(inside, []).extend(cell if isinstance(cell, list) else [cell] * (cell is not None))
    return gathered


def _put(into: dict, path: str, cell, number: int) -> None:
    # {"a.b": 1, "a": {"b": 2}} would be two cells under one heading.
    if path in into and into[path] is not None:
        raise Unreadable("FILE-JSON-TWICE", number)
    into[path] = cell


def _expanded(value: dict, path: list[str], prefix: str, number: int) -> Iterator[dict]:
    """Yield one flat object for each element of the list at `path`, with what stands beside the list."""
    name, *rest = path
    beside = _flat({key: inner for key, inner in value.items() if clean(key) != name}, number, prefix)
    where = f"{prefix}.{name}" if prefix else name
    inner = next((inner for key, inner in value.items() if clean(key) == name), None)
    for one in inner if isinstance(inner, list) else [inner] * (inner is not None):
        if not rest:
            yield beside | _flat(one, number, where)
        elif isinstance(one, dict):
            for deeper in _expanded(one, rest, where, number):
                yield beside | deeper


def _leads_to_a_list(value, path: list[str]) -> bool:
    """Say whether there is something at a path, were it an empty list."""
    if not path:
        return True
    if isinstance(value, list):
        return not value or any(_leads_to_a_list(one, path) for one in value)
    return isinstance(value, dict) and any(
        _leads_to_a_list(inner, path[1:]) for name, inner in value.items() if clean(name) == path[0]
    )


def _elements(content: BinaryIO, form: FileFormat) -> Iterator[tuple[int, object]]:
    content.seek(0)
    encoding = encoding_of(content, form.encoding)
    return _lines(content, encoding) if form.kind == "ndjson" else _listed(content, encoding, form.rows_at)


def _lines(content: BinaryIO, encoding: str) -> Iterator[tuple[int, object]]:
    text = io.TextIOWrapper(content, encoding=encoding, errors="strict", newline="\n")
    number = 0
    try:
        while line := text.readline(LARGEST_ELEMENT + 1):
            number += 1
            if len(line) > LARGEST_ELEMENT:
                raise Unreadable("FILE-TOO-LARGE", number)
            if not line.strip("\ufeff \t\r\n"):
                continue
            if number == 1 and line.strip("\ufeff \t\r\n").casefold() in ("nil", "nil return"):
                yield number, line.strip()
                continue
            element = _DECODER.decode(line.strip("\ufeff \t\r\n"))
            _check_depth(element, number)
            yield number, element
    except UnicodeDecodeError:
        raise Unreadable("FILE-ENCODING", undecodable_line(content, encoding)) from None
    except _Twice:
        raise Unreadable("FILE-JSON-TWICE", number) from None
    except RecursionError:
        raise Unreadable("FILE-JSON-DEEP", number) from None
    except json.JSONDecodeError:
        raise Unreadable("FILE-JSON", number) from None
    finally:
        text.detach()


class _Twice(Exception):
    """A name that stands twice in one object."""


def _once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _no_number(text: str):
    raise json.JSONDecodeError("not a number", text, 0)


# Numbers stay as they were written: none is rounded on its way to its column.
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=_no_number)


def _check_depth(value, number: int, depth: int = 1) -> None:
    if isinstance(value, dict | list):
        if depth > DEEPEST:
            raise Unreadable("FILE-JSON-DEEP", number)
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, number, depth + 1)


class _Source:
    """A text of any encoding as UTF-8 for the parser, which may not ask for more than one object at a time."""

    def __init__(self, content: BinaryIO, encoding: str):
        self._text = io.TextIOWrapper(content, encoding=encoding, errors="strict", newline="")
        self._is_first = True
        self._since = 0

    def read(self, size: int) -> bytes:
        if size == 0:
            return b""
        text = self._text.read(_CHUNK)
        if self._is_first:
            self._is_first, text = False, text.lstrip("\ufeff")
        self._since += len(text)
        if self._since > LARGEST_ELEMENT + _CHUNK:
            raise Unreadable("FILE-TOO-LARGE")
        return text.encode("utf-8")

    def mark(self) -> None:
        """Note that what was read so far is done with."""
        self._since = 0

    def detach(self) -> None:
        self._text.detach()


def _listed(content: BinaryIO, encoding: str, rows_at: str | None) -> Iterator[tuple[int, object]]:
    """Yield the elements of the list at `rows_at`; lists on the way there are gone through."""
    import ijson

    source = _Source(content, encoding)
    building = _Building(tuple(rows_at.split(".")) if rows_at else ())
    try:
        for event, value in ijson.basic_parse(source, use_float=False):
            is_done, element = building.take(event, value)
            if is_done:
                yield building.count, element
            if not building.is_inside:
                source.mark()
    except UnicodeDecodeError:
        raise Unreadable("FILE-ENCODING", undecodable_line(content, encoding)) from None
    except Unreadable as fault:
        raise Unreadable(fault.rule, fault.row_number or building.count + 1, **fault.names) from None
    except (ijson.JSONError, ValueError, ArithmeticError):
        raise Unreadable("FILE-JSON", building.count + 1) from None
    finally:
        source.detach()
    if not building.was_found:
        raise Unreadable("FILE-JSON-SHAPE", found="something else")


class _Building:
    """Puts the elements of one list together out of a parser's events, and refuses what could not be kept apart."""

    def __init__(self, target: tuple[str, ...]):
        self.count = 0
        self.was_found = False
        self._target = target
        self._names: list[str | None] = []
        """For each open object the name that was met last; None for a list."""
        self._seen: list[set[str]] = []
        self._lists: list[list] = []
        """The open values of the element at hand, the outermost first."""
        self._rows_depth: int | None = None

    @property
    def is_inside(self) -> bool:
        return bool(self._lists)

    def take(self, event: str, value) -> tuple[bool, object]:
        """Take one event; return (whether an element is whole, the element)."""
        if event == "map_key":
            if value in self._seen[-1]:
                raise Unreadable("FILE-JSON-TWICE")
            if len(self._seen[-1]) >= MOST_NAMES:
                raise Unreadable("FILE-TOO-LARGE")
            self._seen[-1].add(value)
            self._names[-1] = value
            return False, None
        if event in ("start_map", "start_array"):
            return self._open(event)
        if event in ("end_map", "end_array"):
            return self._close()
        plain = value if value is None or isinstance(value, str | bool) else str(value)
        if self._rows_depth is None:
            self._not_here(plain)
            return False, None
        if self._lists:
            self._add(plain)
            return False, None
        self.count += 1
        return True, plain

    def _open(self, event: str) -> tuple[bool, object]:
        if len(self._names) >= DEEPEST:
            raise Unreadable("FILE-JSON-DEEP")
        is_map = event == "start_map"
        if self._rows_depth is not None:
            self._lists.append({} if is_map else [])
        elif self._path() == self._target:
            if is_map:
                self._not_here({})
            else:
                self.was_found, self._rows_depth = True, len(self._names)
        self._names.append("" if is_map else None)
        self._seen.append(set())
        return False, None

    def _close(self) -> tuple[bool, object]:
        self._names.pop()
        self._seen.pop()
        if self._lists:
            whole = self._lists.pop()
            if self._lists:
                self._add(whole)
                return False, None
            self.count += 1
            return True, whole
        if self._rows_depth == len(self._names):
            self._rows_depth = None
        return False, None

    def _add(self, value) -> None:
        outer = self._lists[-1]
        if isinstance(outer, dict):
            outer[self._names[-1]] = value
        else:
            outer.append(value)

    def _path(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if name is not None)

    def _not_here(self, value) -> None:
        """Refuse another thing where the list was agreed. Raises Unreadable."""
        if self._path() == self._target:
            raise Unreadable("FILE-JSON-SHAPE", found=_in_words(value))


def _in_words(value) -> str:
    if isinstance(value, dict):
        return "a single object"
    return "a list within the list" if isinstance(value, list) else "a plain value"
