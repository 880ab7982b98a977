"""Look at a file nobody has described yet: its format, where its headings stand, and what its columns hold."""

import codecs
import csv
import datetime as dt
import gzip
import io
import itertools
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from loaders import identifiers
from loaders.onboarding.code_texts import has_a_word_of_ours
from loaders.reading import tabular
from loaders.reading.cells import text_of
from loaders.reading.headings import joined
from loaders.senders.feeds import FileFormat

MOST_BYTES = 64 << 20
"""Bytes of a sample that are looked at to tell its format."""
MOST_ROWS = 20_000
"""Rows of one sheet that are looked at."""
LAST_HEADING = 30
"""The last row in which headings are looked for."""
DELIMITERS = (",", ";", "\t", "|")
MISSING = ("", "NULL", "N/A", "#N/A")
MEANS_MISSING = {"null", "n/a", "na", "#n/a", "-", "--", "—", ".", "?", "nan"}
TOTALS = {"total", "totals", "grand total", "overall", "sub total", "subtotal"}
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y",
    "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%d/%b/%Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d", "%Y%m%d",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S.%f")
_FORMS = tuple(day + time for time in _TIMES for day in _DAYS)
_SOME_DATE = re.compile(r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4}|(19|20)\d{6}")
_NUMBER = re.compile(r"£?-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?")
_GARBLED = re.compile("â€|Ã[\x80-\xbf©¨ª«¢®±³´¶¼]|Â[£ ]")


@dataclass(frozen=True)
class SampleColumn:
    """One column under its heading. Its cells are never shown: not in a traceback, not in a message."""

    heading: str
    cells: tuple = field(repr=False)
    shares: dict = field(default_factory=dict, repr=False, compare=False)
    """Shares of its cells that code lists understand, as they were reckoned."""

    @cached_property
    def texts(self) -> Counter:
        """Filled cells as text → how often; marks that mean 'not sent' are left out."""
        found = (text_of(cell) for cell in self.cells)
        return Counter(text for text in found if text and text.casefold() not in MEANS_MISSING)

    @cached_property
    def filled(self) -> int:
        return self.texts.total()

    @cached_property
    def blanks(self) -> set[str]:
        """Marks that stand for 'not sent', of those that are known to."""
        return {text for cell in self.cells if (text := text_of(cell)) and text.casefold() in MEANS_MISSING}

    @cached_property
    def is_of_identifiers(self) -> bool:
        valid = sum(count for text, count in self.texts.items() if identifiers.is_identifier(text))
        return bool(self.filled) and valid > self.filled / 2

    @cached_property
    def number_share(self) -> float:
        """Share of the filled cells that are numbers, or `*` in a number's place."""
        valid = sum(count for text, count in self.texts.items() if text == "*" or _NUMBER.fullmatch(text))
        return valid / self.filled if self.filled else 0.0

    @cached_property
    def is_distinct(self) -> bool:
        return bool(self.filled) and len(self.texts) >= 0.98 * self.filled

    @property
    def is_category(self) -> bool:
        """Whether few texts recur often, as those of a list of codes do."""
        return 0 < len(self.texts) <= 20 and self.filled >= 3 * len(self.texts)

    @cached_property
    def mean_length(self) -> float:
        return sum(len(text) * count for text, count in self.texts.items()) / self.filled if self.filled else 0.0

    @cached_property
    def dates(self) -> "DateForms":
        return _date_forms(self)


@dataclass(frozen=True)
class DateForms:
    """How a column's dates are written: the share of cells that `forms` read, and whether day and month could swap."""

    forms: tuple[str, ...] = ()
    share: float = 0.0
    is_ambiguous: bool = False
    is_mixed: bool = False
    """Some cells can only be day first, others only month first."""
    has_time: bool = False


@dataclass(frozen=True)
class SampleTable:
    """One table of a sample: a CSV, a list of JSON objects, or a sheet."""

    sheet: str | None
    header_rows: tuple[int, ...]
    """Rows (from 1) that hold the headings; none when there seem to be none."""
    columns: tuple[SampleColumn, ...]
    row_count: int
    totals: tuple[tuple[str, str], ...] = ()
    """(heading, text) of cells that say that a row is a total."""
    note_count: int = 0
    """Rows below the headings of which only one cell is filled."""


@dataclass(frozen=True)
class Sample:
    """A looked-at file: the keys of its `format:`, its tables, and what is doubtful about reading it."""

    form: dict
    tables: tuple[SampleTable, ...]
    doubts: tuple[str, ...]
    first_texts: dict[str | None, frozenset[str]] = field(default_factory=dict, repr=False)
    """Texts of the first rows by sheet, among them the headings."""


def look(path: Path, is_heading: Callable[[str], bool] = lambda _: False) -> Sample:
    """Return what a sample is; `is_heading` says of a text whether some contract or sender calls a column so.

    Raises Unreadable where no format reads it.
    """
    with path.open("rb") as content:
        form, doubts = _format(content.read(MOST_BYTES))
        content.seek(0)
        sheets = (tabular.ALL_SHEETS,) if form["kind"] == "workbook" else ()
        by_sheet: dict[str | None, list] = {}
        with tabular.rows(content, FileFormat.model_validate(form), sheets) as found:
            for row in found:
                rows = by_sheet.setdefault(row.sheet, [])
                if len(rows) < MOST_ROWS:
                    rows.append(row)
    is_table = form["kind"] in ("csv", "workbook")
    tables = [_table(sheet, rows, is_heading, is_table) for sheet, rows in by_sheet.items()]
    first = {
        sheet: frozenset(
            " ".join(text_of(cell).split()) for row in rows if row.number <= LAST_HEADING for cell in row.cells
        )
        for sheet, rows in by_sheet.items()
    }
    return Sample(form, tuple(table for table in tables if table), tuple(doubts), first)


# ---- Bytes to format ---------------------------------------------------------------------------------------------


def _format(content: bytes) -> tuple[dict, list[str]]:
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(content)) as inside:
            return _plain_format(_as_much(inside))
    if not content.startswith(b"PK"):
        return _plain_format(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if any(member.filename.startswith("xl/") for member in members):
                return {"kind": "workbook"}, []
            if not members:
                raise tabular.Unreadable("FILE-ZIP-MANY")
            chosen = max(members, key=lambda member: member.file_size)
            with archive.open(chosen) as inside:
                form, doubts = _plain_format(_as_much(inside))
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError):
        raise tabular.Unreadable("FILE-ZIP") from None
    if len(members) > 1:
        # What changes from month to month in a name are its digits.
        form["member"] = re.sub(r"\d[\d_.-]*\d|\d", "*", Path(chosen.filename).name)
        doubts.append(
            f"the archive holds {len(members)} files; this is about the largest, others need feeds of their own"
        )
    return form, doubts


def _as_much(inside) -> bytes:
    try:
        return inside.read(MOST_BYTES)
    except (EOFError, OSError):
        raise tabular.Unreadable("FILE-ZIP") from None


def _plain_format(content: bytes) -> tuple[dict, list[str]]:
    if content.startswith(b"PAR1"):
        return {"kind": "parquet"}, []
    encoding, doubts = _encoding(content)
    text = content.decode(encoding, errors="ignore").lstrip("\ufeff")
    if _GARBLED.search(text):
        doubts.append("its text was garbled before it was sent (’ became â€™): ask for an export as UTF-8")
    if found := _json_format(text):
        return found, doubts
    delimiter = _delimiter(text)
    form = {"kind": "csv"}
    if encoding != "utf-8-sig":
        form["encoding"] = encoding
    if delimiter != ",":
        form["delimiter"] = delimiter
    return form, doubts


def _encoding(content: bytes) -> tuple[str, list[str]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", []
    start = content[:4096]
    if start.count(0) > len(start) / 4:
        return ("utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"), []
    try:
        # The last character may be cut in two.
        codecs.getincrementaldecoder("utf-8-sig")().decode(content)
        return "utf-8-sig", []
    except UnicodeDecodeError:
        pass
    try:
        content.decode("cp1252")
        return "cp1252", []
    except UnicodeDecodeError:
        return "latin-1", ["its encoding is neither UTF-8 nor Windows-1252; ask the sender which one it is"]


def _json_format(text: str) -> dict | None:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    try:
        document = json.loads(text)
    except ValueError:
        first = text.lstrip().partition("\n")[0]
        try:
            return {"kind": "ndjson"} if isinstance(json.loads(first), dict) else None
        except ValueError:
            return None
    if isinstance(document, list):
        return {"kind": "json"}
    if not (lists := dict(_lists_of_objects(document))):
        return {"kind": "ndjson"} if "\n" not in text.strip() else {"kind": "json"}
    return {"kind": "json", "rows_at": max(lists, key=lists.get)}


def _lists_of_objects(document: dict, above: str = "") -> Iterable[tuple[str, int]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _lists_of_objects(value, f"{above}{key}.")
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            yield f"{above}{key}", len(value)


def _delimiter(text: str) -> str:
    """Return the separator by which most lines have the same, larger number of cells."""

    def divides(delimiter: str) -> tuple[float, int]:
        csv.field_size_limit(tabular.LONGEST_CELL)
        try:
            lines = itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 500)
            widths = Counter(len(cells) for cells in lines if any(cells))
        except csv.Error:
            return 0.0, 0
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            return 0.0, 0
        width = max(wide, key=lambda one: (wide[one], one))
        return wide[width] / widths.total(), width

    return max(DELIMITERS, key=divides)


# ---- Rows to tables ----------------------------------------------------------------------------------------------


def _table(sheet: str | None, rows: list, is_heading: Callable, may_begin_late: bool) -> SampleTable | None:
    if not rows:
        return None
    header = _header(rows, is_heading) if may_begin_late else (rows[0],)
    if header:
        headings = joined([[" ".join(text_of(cell).split()) for cell in row.cells] for row in header])
        body = [row for row in rows if row.number > header[-1].number]
    else:
        headings = [f"column {place}" for place in range(1, max(len(row.cells) for row in rows) + 1)]
        body = rows
    body = [row for row in body if any(text_of(cell) for cell in row.cells)]
    notes = [row for row in body if len(headings) > 2 and sum(bool(text_of(cell)) for cell in row.cells) == 1]
    columns, seen = [], set()
    for place, heading in enumerate(headings):
        if heading and heading not in seen:
            seen.add(heading)
            cells = (row.cells[place] if place < len(row.cells) else "" for row in body)
            columns.append(SampleColumn(heading, tuple(cells)))
    if len(columns) < 2:
        return None
    totals = [
        (column.heading, text)
        for column in columns[:3]
        for text in column.texts
        if text.casefold() in TOTALS and not column.number_share
    ]
    # A file whose cells bear their names has no row of headings to speak of.
    numbers = tuple(max(1, row.number) for row in header)
    return SampleTable(sheet, numbers, tuple(columns), len(body), tuple(totals), len(notes))


def _header(rows: list, is_heading: Callable[[str], bool]) -> tuple:
    """Return the row or two rows that hold the headings; none when no row looks like it."""
    first = [row for row in rows if row.number <= LAST_HEADING]
    width = Counter(_filled(row)[-1] + 1 for row in rows if _filled(row)).most_common(1)[0][0]
    scored = [(_headingness(row, width, is_heading), -row.number, row) for row in first if _filled(row)]
    score, _, best = max(scored, key=lambda one: one[:2])
    if score < 0.5 or _is_data(best, rows, is_heading):
        return ()
    below = next((row for row in first if row.number == best.number + 1), None)
    above = next((row for row in first if row.number == best.number - 1), None)
    for upper, lower in ((above, best), (best, below)):
        if upper and lower and _makes_one_heading(upper, lower, best):
            return upper, lower
    return (best,)


def _is_data(row, rows: list, is_heading: Callable[[str], bool]) -> bool:
    """Say whether a row is no heading but the first record: it must not be shown then.

    A record's cells have the texts or the shape of those below them, and few words that contracts use.
    """
    places = _filled(row)
    texts = [text_of(row.cells[place]) for place in places]
    if sum(map(is_heading, texts)) >= len(texts) / 2:
        return False
    below = [one for one in rows if one.number > row.number][:200]
    alike = 0
    for place, text in zip(places, texts, strict=True):
        under = Counter(text_of(one.cells[place]) for one in below if place < len(one.cells))
        shapes = Counter(_shape(one) for one in under)
        has_digits = any(letter.isdigit() for letter in text)
        alike += under[text] > 0 or (has_digits and shapes[_shape(text)] > len(under) / 2)
    ours = sum(is_heading(text) or has_a_word_of_ours(text) for text in texts)
    return alike > len(texts) / 4 or ours < len(texts) / 4


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", text))


def _makes_one_heading(upper, lower, best) -> bool:
    """Say whether two rows are one heading: each names columns that the other leaves blank."""
    over, under = set(_filled(upper)), set(_filled(lower))
    other = upper if lower is best else lower
    is_said = all(_is_wordy(text_of(other.cells[place])) for place in _filled(other))
    return len(over) >= 2 and len(under) >= 2 and is_said and bool(over - under) and bool(under - over)


def _filled(row) -> list[int]:
    return [place for place, cell in enumerate(row.cells) if text_of(cell)]


def _is_wordy(text: str) -> bool:
    return any(letter.isalpha() for letter in text) and len(text) <= 120 and not _SOME_DATE.search(text)


def _headingness(row, width: int, is_heading: Callable[[str], bool]) -> float:
    texts = [text_of(row.cells[place]) for place in _filled(row)]
    wordy = sum(isinstance(row.cells[place], str) and _is_wordy(text_of(row.cells[place])) for place in _filled(row))
    known = sum(map(is_heading, texts)) / len(texts)
    return wordy / len(texts) * len(set(texts)) / len(texts) * min(1.0, len(texts) / width) + known


# ---- Cells to dates ----------------------------------------------------------------------------------------------


def _date_forms(column: SampleColumn) -> DateForms:
    typed = [cell for cell in column.cells if isinstance(cell, dt.date)]
    texts = Counter(text_of(cell) for cell in column.cells if not isinstance(cell, dt.date))
    texts = Counter({text: count for text, count in texts.items() if text in column.texts})
    if not column.filled:
        return DateForms()
    if sum(count for text, count in texts.items() if _SOME_DATE.match(text)) + len(typed) < column.filled / 2:
        return DateForms()
    tried = dict(texts.most_common(2_000))
    reads = {form: {text for text in tried if _reads(text, form)} for form in _FORMS}
    chosen, left, mixed = [], set(tried), False
    while left and len(chosen) < 4:
        form = max(_FORMS, key=lambda one: len(reads[one] & left))
        if not reads[form] & left:
            break
        if any(_swapped(form) == other for other in chosen):
            # Reading a cell the one way or the other by whether it happens to fit would invent days.
            mixed = True
            left -= reads[form]
            continue
        chosen.append(form)
        left -= reads[form]
    read = set().union(*(reads[form] for form in chosen)) if chosen else set()
    count = sum(tried[text] for text in read) + len(typed)
    ambiguous = any((swap := _swapped(form)) and reads[swap] >= reads[form] for form in chosen)
    has_time = any("%H" in form for form in chosen) or any(
        isinstance(cell, dt.datetime) and cell.time() != dt.time() for cell in typed
    )
    return DateForms(tuple(chosen), count / column.filled, ambiguous, mixed, has_time)


def _reads(text: str, form: str) -> bool:
    try:
        return 1850 <= dt.datetime.strptime(text, form).year <= 2150  # noqa: DTZ007 - only tried
    except ValueError:
        return False


def _swapped(form: str) -> str | None:
    """Return the form with day and month the other way round; None where a month is a word or a year comes first."""
    if form.startswith("%d") and "%m" in form:
        swapped = form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    elif form.startswith("%m"):
        swapped = form.replace("%m", "\0").replace("%d", "%m").replace("\0", "%d")
    else:
        return None
    return swapped if swapped in _FORMS else None
