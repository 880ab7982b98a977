"""Keep in numbers what a file was like, to hold the next one against it: headings, codes and counts, no cell."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from expectations.codes import UNMAPPED
from expectations.contract import Contract
from loaders import identifiers
from loaders.onboarding import code_texts
from loaders.reading.cells import text_of
from loaders.reading.headings import joined
from loaders.reading.mapping import RecordRow
from loaders.reading.tabular import Unreadable, rows
from loaders.senders.feeds import NAMED, Feed, TableMap
from loaders.senders.provider import Provider
from loaders.whole_file import FEWEST_TO_COMPARE
from warehouse.paths import state

log = logging.getLogger(__name__)

MOST_TEXTS = 200
"""Distinct texts of a column that are looked through for codes; one with more is no list of codes."""
STRIKING = 0.10
"""Change of a column's filled share that is worth a word."""


@dataclass
class RecordProfile:
    """One record of a file: rows, filled cells by column, and of coded columns how often each code of ours."""

    rows: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass
class Profile:
    """One file: its headings as sent, and its records."""

    feed: str
    headings: list[str] = field(default_factory=list)
    records: dict[str, RecordProfile] = field(default_factory=dict)


class Profiler:
    """Counts rows of records as they are read."""

    def __init__(self, contracts: Mapping[str, Contract], records: Iterable[str]):
        self._columns = {record: contracts[record].columns for record in records}
        self.records = {record: RecordProfile() for record in self._columns}

    def take(self, row: RecordRow) -> None:
        """Count one row."""
        counted = self.records[row.record]
        counted.rows += 1
        for column, value in zip(self._columns[row.record], row.values, strict=True):
            if value is None or value == []:
                continue
            counted.filled[column.name] = counted.filled.get(column.name, 0) + 1
            if column.code_list:
                codes = counted.codes.setdefault(column.name, {})
                for code in value if isinstance(value, list) else [value]:
                    codes[code] = codes.get(code, 0) + 1


# ---- What a file holds besides its records -----------------------------------------------------------------------


def headings_and_strangers(
    content: BinaryIO, feed: Feed, contracts: Mapping[str, Contract], records: Mapping[str, RecordProfile]
) -> tuple[list[str], dict[str, code_texts.Codes]]:
    """Return a file's headings, and by heading the texts of coded columns that nobody has mapped.

    `records` are its records as they were read: only a column of which they hold an unknown code is looked through.

    Of those texts only what is surely a code may be shown: see code_texts. Raises nothing: a file that cannot be read
    has none.
    """
    found = [_Seen(table, feed.format.kind in NAMED) for table in feed.tables]
    content.seek(0)
    try:
        with rows(content, feed.format, tuple(dict.fromkeys(table.place for table in feed.tables))) as read:
            for row in read:
                for seen in found:
                    if seen.table.place in (row.sheet, None):
                        seen.take(row)
    except Unreadable:
        pass
    headings = dict.fromkeys(identifiers.mask(heading) for seen in found for heading in seen.headings if heading)
    strangers: dict[str, code_texts.Codes] = {}
    for seen in found:
        record = seen.table.record
        for heading, texts, name, known in seen.coded(contracts[record], records[record]):
            codes = code_texts.split(texts, name, known)
            if codes.guessed or codes.unknown or codes.hidden:
                strangers[heading] = codes
    return list(headings), strangers


class _Seen:
    """The headings of one table as they are met, and the texts below those that hold codes."""

    def __init__(self, table: TableMap, is_named: bool):
        self.table = table
        self.headings = list(table.headings)
        self._header_rows = (0,) if is_named else table.header_rows
        self._levels: list[list[str]] = []
        coded = {heading for cell in table.columns.values() for heading in cell.source}
        self.texts: dict[str, Counter] = {heading: Counter() for heading in coded}

    def take(self, row) -> None:
        if not self.headings:
            if row.number in self._header_rows:
                self._levels.append([" ".join(text_of(cell).split()) for cell in row.cells])
            if row.number >= max(self._header_rows) and self._levels:
                self.headings = joined(self._levels)
            return
        if row.number < (self.table.first_row or 0):
            return
        for heading, cell in zip(self.headings, row.cells, strict=False):
            texts = self.texts.get(heading)
            if texts is not None and len(texts) < MOST_TEXTS and (text := text_of(cell)):
                texts[text] += 1

    def coded(self, contract: Contract, counted: RecordProfile) -> Iterator[tuple[str, Counter, str, dict[str, str]]]:
        """Yield (heading, texts, code list, what the mapping knows) for each column of codes."""
        for name, cell in self.table.columns.items():
            column = contract.column(name)
            is_strange = UNMAPPED in counted.codes.get(name, ())
            if not is_strange or cell.split or len(cell.source) != 1:
                continue
            texts: Counter = Counter()
            for text, count in self.texts[cell.source[0]].items():
                parts = text.split(cell.separator or ";") if column.kind == "codes" else [text]
                texts.update({part.strip(): count for part in parts if part.strip()})
            for text in (*cell.states, *cell.missing, *_MISSING):
                texts.pop(text, None)
            known = {code_texts.fold(text): code for text, code in cell.codes.items()}
            yield cell.source[0], texts, column.code_list, known


_MISSING = ("NULL", "N/A", "#N/A")


# ---- Held against the last one -----------------------------------------------------------------------------------


def difference(before: Profile, now: Profile, called: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return in words what is otherwise than in the file before; `called` gives the sender's headings by record."""
    lines = []
    if before.headings and now.headings:
        lines += _told("columns", "", set(before.headings), set(now.headings))
    for record, counted in sorted(now.records.items()):
        earlier = before.records.get(record, RecordProfile())
        if counted.rows or earlier.rows:
            change = f" ({counted.rows / earlier.rows - 1:+.0%})" if earlier.rows else ""
            lines.append(f"{record}: {counted.rows} rows, {earlier.rows} before{change}")
        if min(counted.rows, earlier.rows) < FEWEST_TO_COMPARE:
            continue
        names = called.get(record, {})
        for column in sorted({*counted.codes, *earlier.codes}):
            place = f" under '{names.get(column, column)}'"
            was, are = earlier.codes.get(column, {}), counted.codes.get(column, {})
            lines += _told("codes", place, set(was) - {UNMAPPED}, set(are) - {UNMAPPED})
        for column in sorted({*counted.filled, *earlier.filled}):
            was, is_now = earlier.filled.get(column, 0) / earlier.rows, counted.filled.get(column, 0) / counted.rows
            if abs(was - is_now) >= STRIKING:
                lines.append(f"'{names.get(column, column)}' is filled in {is_now:.0%} of the rows; it was {was:.0%}")
    if any(min(one.rows, before.records.get(name, one).rows) < FEWEST_TO_COMPARE for name, one in now.records.items()):
        lines.append(f"below {FEWEST_TO_COMPARE} rows, codes and filled cells are not compared")
    return lines


def _told(what: str, place: str, was: set[str], are: set[str]) -> list[str]:
    new, gone = sorted(are - was), sorted(was - are)
    return [f"{what}{place} {word}: {', '.join(found)}" for word, found in (("new", new), ("gone", gone)) if found]


# ---- The last accepted file of each feed, in the state folder ----------------------------------------------------


def last_accepted(provider: Provider, feed: str) -> Profile | None:
    """Return the profile of a feed's last accepted file, as the last acceptance on this machine left it."""
    path = _place(provider.code, feed)
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))["profile"]
    records = {record: RecordProfile(**counted) for record, counted in kept["records"].items()}
    return Profile(kept["feed"], kept["headings"], records)


def remember(provider: Provider, feed: str, load_id: int, profile: Profile) -> None:
    """Keep a profile as that of a feed's last accepted file."""
    path = _place(provider.code, feed)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"load_id": load_id, "profile": asdict(profile)}, indent=1), encoding="utf-8")
    draft.replace(path)


def remembered_load(provider: Provider, feed: str) -> int | None:
    """Return the load whose profile is kept for a feed."""
    path = _place(provider.code, feed)
    return json.loads(path.read_text(encoding="utf-8"))["load_id"] if path.exists() else None


def _place(code: str, feed: str) -> Path:
    return state() / "profiles" / f"{code}.{feed}.json"
