"""The mapping language: how a sender's files are named, how their bytes become cells, and their cells records."""

import datetime as dt
import hashlib
import json
from operator import not_
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from loaders.senders import file_names
from loaders.senders.address import Closed, Request
from loaders.senders.file_names import FileName
from loaders.senders.units import UNITS

DATE_WORDS = ("iso", "excel", "period_start", "period_end")
"""Forms of date that have a name: see docs/mapping_language.md."""
NAMED = ("json", "ndjson", "parquet")
"""Kinds of file whose cells bear their names, so that no row holds headings."""

STATES = ("value_state", "answer_state")
"""The column that says why there is no value; a record has one of them or none."""

ORIGIN = "give either from: or constant: or file:"


def _readable(form: str) -> str:
    if form in DATE_WORDS:
        return form
    moment = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)
    try:
        if "%" not in form:
            raise ValueError
        dt.datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 - only tried
    except ValueError:
        raise ValueError(
            f"'{form}' is no form of date; write it like %d/%m/%Y or %Y-%m-%d %H:%M, or one of {', '.join(DATE_WORDS)}"
        ) from None
    return form


def _several(value):
    return (value,) if isinstance(value, str) else value


def _later(default, **more):
    """Return a key that came after 0.2.0: a mapping that does not use it keeps the version it had."""
    return Field(default, exclude_if=not_, **more)


def _texts_by_heading(texts):
    return {heading: _several(one) for heading, one in texts.items()} if isinstance(texts, dict) else texts


DateForms = tuple[Annotated[str, AfterValidator(_readable)], ...]


class Split(Closed):
    """Take one part of a cell: the text between the marks `at`, counted from 1, or from the end with -1."""

    at: str = Field(min_length=1)
    part: int

    @field_validator("part")
    @classmethod
    def _from_one(cls, part: int) -> int:
        if part == 0:
            raise ValueError("parts are counted from 1, or from the end with -1")
        return part


class CellMap(Closed):
    """How one column of a record is filled: from headings, from the file's name, or by a constant."""

    source: tuple[str, ...] = Field((), alias="from")
    constant: str | None = None
    file: str | None = _later(None)
    """A token of the file's name, or period_start, period_end, quarter, version, status."""
    join: str | None = None
    """Text that joins the cells of several headings; without it the first filled one counts."""
    split: Split | None = _later(None)
    separator: str | None = _later(None, min_length=1)
    """Text between several values in one cell (default `;`)."""
    codes: dict[str, str] = {}
    dates: DateForms = ()
    unit: Literal[UNITS] | None = _later(None)
    """The unit the cells are in; they are scaled to the contract's."""
    states: dict[str, str] = {}
    """Cell markers that are no value but say why there is none: `*` → suppressed. They fill the record's state."""
    missing: tuple[str, ...] = _later(())
    """Cell texts that mean: not sent, in this column alone, beside those of the format."""

    _one_or_many = field_validator("source", "missing", mode="before")(_several)

    @property
    def origins(self) -> int:
        """How many places the value is to come from."""
        return bool(self.source) + (self.constant is not None) + (self.file is not None)

    @model_validator(mode="after")
    def _one_origin(self):
        if self.origins > 1:
            raise ValueError(ORIGIN)
        if self.join is not None and len(self.source) < 2:
            raise ValueError("join: needs several headings under from:")
        return self


class Unpivot(Closed):
    """Turn one wide row into one row per heading: the cell goes to `value`, `headings` says what else each one sets."""

    value: str
    headings: dict[str, dict[str, str]] = Field(min_length=1)
    skip_blank: bool = _later(False)
    """A heading under which nothing was sent makes no record: a question that was passed over."""


class Beside(Closed):
    """Another table of the same file that says more of the same rows; of several with one key the first counts."""

    sheet: str | None = None
    """The workbook's sheet on which it stands."""
    member: str | None = None
    """The archive's file that it is (`link_contacts*.csv`)."""
    on: dict[str, str] = Field(min_length=1)
    """What joins the two: heading of the row → heading of this table; one heading alone where both say the same."""
    keep_when: dict[str, tuple[str, ...]] = {}
    """Its rows that count: heading → cell texts, as for a table."""
    first_by: str | None = None
    """Heading by which its rows are put in order, the lowest first; without it they stand as they were sent."""
    header_rows: tuple[int, ...] = (1,)

    @field_validator("on", mode="before")
    @classmethod
    def _same_in_both(cls, on):
        return {heading: heading for heading in _several(on)} if isinstance(on, str | list | tuple) else on

    @field_validator("keep_when", mode="before")
    @classmethod
    def _one_or_many_texts(cls, texts):
        return _texts_by_heading(texts)

    @model_validator(mode="after")
    def _stands_somewhere(self):
        if (self.sheet is None) == (self.member is None):
            raise ValueError("give sheet: of a workbook, or member: of an archive, and not both")
        return self

    @property
    def own_headings(self) -> tuple[str, ...]:
        """The headings of this table that are read whatever the columns want."""
        return (*self.on.values(), *self.keep_when, *((self.first_by,) if self.first_by else ()))


class TableMap(Closed):
    """How one table of the file (a CSV, part of a sheet, a list of objects) becomes rows of one record."""

    record: str
    delivers: Literal["period", "snapshot", "events"]
    sheet: str | None = None
    each: str | None = _later(None)
    """Path of a list of objects inside each row (JSON): one record for each of them, the row's own cells beside."""
    header_rows: tuple[int, ...] = (1,)
    """Rows (from 1) that hold the headings; several are joined by ' | ', merged cells filled to the right."""
    headings: tuple[str, ...] = ()
    """Headings given here because the file has none."""
    first_row: int | None = None
    """First row of data (default: the row after the last heading)."""
    starts_after: str | None = None
    ends_before: str | None = None
    """First-cell markers between which the table stands, for several tables on one sheet."""
    columns: dict[str, CellMap]
    unpivot: Unpivot | None = None
    beside: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Beside] = _later({})
    """Other tables of the file that complete the rows of this one; their headings are written `name.heading`."""
    adds_up: dict[str, tuple[str, ...]] = _later({})
    """Numbers of one row that must add up: heading of the sum → headings that make it, -Heading to take away."""
    keep_when: dict[str, tuple[str, ...]] = _later({})
    """Rows that are records: heading → cell texts; every heading must hold one of its texts."""
    skip_when: dict[str, tuple[str, ...]] = {}
    """Rows that are no records (totals, rejected ones): heading → cell texts; any one will do."""
    period_in: tuple[str, ...] = _later(())
    """Headings that say together which month, quarter or year a row is about; one of another than the file's name says
    is no record of this file."""
    skip_when_blank: tuple[str, ...] = ()
    """Rows where all of these headings are blank are no records."""
    ignore: tuple[str, ...] = ()
    """Headings that are known and not read; `*` stands for any text."""
    drop: tuple[str, ...] = ()
    """Headings of forbidden identifiers: never read further than the heading; `*` stands for any text."""

    _one_or_many = field_validator("period_in", "skip_when_blank", "ignore", "drop", mode="before")(_several)

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, columns):
        if not isinstance(columns, dict):
            return columns
        return {
            name: {"from": value} if isinstance(value, str | list | tuple) else value for name, value in columns.items()
        }

    @field_validator("keep_when", "skip_when", "adds_up", mode="before")
    @classmethod
    def _one_or_many_texts(cls, texts):
        return _texts_by_heading(texts)

    @model_validator(mode="after")
    def _each_column_comes_from_somewhere(self):
        value = self.unpivot.value if self.unpivot else None
        if lost := [name for name, cell in self.columns.items() if not cell.origins and name != value]:
            raise ValueError(f"columns.{lost[0]}: {ORIGIN}")
        if set("*") & {heading.strip() for heading in (*self.ignore, *self.drop)}:
            raise ValueError("ignore: and drop: cannot hold every heading; name them, or a part of them beside the *")
        return self

    @property
    def place(self) -> str | None:
        """Where in the file the table stands: its sheet, or the path of its nested list."""
        return self.each or self.sheet

    @property
    def wanted_headings(self) -> tuple[str, ...]:
        """Every heading the mapping reads, in order of first mention."""
        named = [heading for cell in self.columns.values() for heading in cell.source]
        named += list(self.unpivot.headings) if self.unpivot else []
        named += [*self.keep_when, *self.skip_when, *self.period_in, *self.skip_when_blank]
        named += [heading for one in self.beside.values() for heading in one.on]
        named += [heading.removeprefix("-") for total, parts in self.adds_up.items() for heading in (total, *parts)]
        return tuple(dict.fromkeys(named))

    @property
    def declared_headings(self) -> frozenset[str]:
        """Every heading the mapping reads, ignores or drops."""
        beside = (f"{name}.{heading}" for name, one in self.beside.items() for heading in one.own_headings)
        return frozenset({*self.wanted_headings, *self.ignore, *self.drop, *beside})


class FileFormat(Closed):
    """How bytes become rows of cells."""

    kind: Literal["csv", "workbook", "json", "ndjson", "parquet"]
    encoding: str = "utf-8-sig"
    delimiter: str = Field(",", min_length=1, max_length=1)
    rows_at: str | None = _later(None)
    """Where in a JSON document the list of rows stands (`result.items`); without it the document is the list."""
    member: str | None = _later(None)
    """Which file of an archive is meant (`*.csv`), where there are several."""
    dates: DateForms = ("%Y-%m-%d",)
    decimals: Literal[","] | None = _later(None)
    """A comma before the decimals, and a point between the thousands; else the other way round."""
    missing: tuple[str, ...] = ("", "NULL", "N/A", "#N/A")
    """Cell texts that mean: not sent. A sender that needs others lists all of its own."""

    _one_or_many = field_validator("missing", mode="before")(_several)

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            "a;b".encode(encoding).decode(encoding)
        except (LookupError, UnicodeError):
            raise ValueError(f"'{encoding}' is no encoding; use utf-8-sig or cp1252") from None
        return encoding

    @model_validator(mode="after")
    def _of_its_kind(self):
        for key, kinds in {
            "delimiter": ("csv",),
            "encoding": ("csv", "json", "ndjson"),
            "rows_at": ("json",),
            "decimals": ("csv", "workbook"),
        }.items():
            if key in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"{key}: says nothing of kind: {self.kind}; take it out")
        return self


class Amendment(Closed):
    """How a feed is read from a day on; what it does not name stays as it was before."""

    since: dt.date = Field(alias="from")
    format: FileFormat | None = None
    tables: tuple[TableMap, ...] = ()

    @model_validator(mode="after")
    def _changes_something(self):
        if self.format is None and not self.tables:
            raise ValueError("changes nothing; give format: or tables:, or take it out")
        return self


class Feed(Closed):
    """One kind of file of a sender."""

    files: str
    """Path pattern below the door: *, {period:FORMAT}, {quarter}, {year}, {version}, {status}, {token:EXPRESSION}."""
    every: Literal["month", "quarter", "year", "once"]
    together: tuple[str, ...] = _later(())
    """Patterns of files that are sent beside this one and read with it, as if all were files of one archive."""
    due_working_day: int = Field(10, ge=1)
    first_period: dt.date | None = None
    format: FileFormat
    tables: tuple[TableMap, ...] = Field(min_length=1)
    then: tuple[Amendment, ...] = ()
    """Mappings that take the place of this one from a day on, the earliest first."""
    request: Request | None = None
    """How an API is asked for it; for a door with rest: alone."""

    @model_validator(mode="after")
    def _names_say_the_period(self):
        if self.every != "once" and not file_names.says_period(self.files):
            raise ValueError(f"files: says no period, and one is owed every {self.every}; add {{period:%Y-%m}}")
        file_names.pattern(self.files)
        for one in self.together:
            if file_names.says_period(one) != file_names.says_period(self.files):
                raise ValueError(f"together: '{one}' must say the period as files: does, or which belongs to which?")
            if self.format.member is None:
                raise ValueError("together: needs format: member:, which says in which of the files the rows are")
        return self

    @model_validator(mode="after")
    def _in_order(self):
        days = [one.since for one in self.then]
        if days != sorted(set(days)):
            raise ValueError("then: is not in the order of from:; put the earliest first, each day once")
        return self

    @model_validator(mode="after")
    def _tables_fit(self):
        for since, dated in self.mappings:
            place = f"then.{since}.tables:" if since else "tables:"
            records = [table.record for table in dated.tables]
            # The same row number in two tables would be two rows under one key.
            if twice := sorted({record for record in records if records.count(record) > 1}):
                told = ", ".join(twice)
                raise ValueError(
                    f"{place} {told} is filled twice; give the second a feed of its own with the same files:"
                )
            for table in dated.tables:
                if table.period_in and not file_names.says_period(self.files):
                    raise ValueError(f"{place} period_in: is held against files:, which says no period; add one there")
                if fault := _standing_nowhere(table, dated.format):
                    raise ValueError(f"{place} {fault}")
                if stray := sorted(table.model_fields_set & _meaningless(dated.format.kind)):
                    raise ValueError(f"{place} {stray[0]}: says nothing of kind: {dated.format.kind}; take it out")
        return self

    @property
    def mappings(self) -> tuple[tuple[dt.date | None, "Feed"], ...]:
        """Each mapping with the day from which it counts (None: the first), as a feed of that mapping alone."""
        found = [(None, self.model_copy(update={"then": ()}))]
        for one in self.then:
            changed = {"format": one.format or found[-1][1].format, "tables": one.tables or found[-1][1].tables}
            found.append((one.since, found[-1][1].model_copy(update=changed)))
        return tuple(found)

    def on(self, day: dt.date) -> "Feed":
        """Return the feed with the mapping that reads a file of the day `day`, and no other."""
        return next(dated for since, dated in reversed(self.mappings) if since is None or since <= day)

    def of(self, said: FileName | None, submitted_on: dt.date) -> "Feed":
        """Return the feed with the mapping for a file: by its period's first day, else by the day it was submitted."""
        return self.on(said.period.start_on if said and said.period else submitted_on)

    @property
    def records(self) -> set[str]:
        """The records the feed carries, under whichever of its mappings."""
        return {table.record for _, dated in self.mappings for table in dated.tables}

    def called(self, record: str) -> dict[str, str]:
        """Return the sender's own headings of a record's columns, for verdicts it can follow."""
        return {
            name: " + ".join(cell.source)
            for table in self.tables
            if table.record == record
            for name, cell in table.columns.items()
            if cell.source
        }

    def headings_of(self, place: str | None) -> frozenset[str]:
        """Return every heading that a table of the sheet reads, ignores or drops; of nested lists they are all told."""
        return frozenset().union(
            *(table.declared_headings for table in self.tables if self.format.kind in NAMED or table.place == place)
        )

    @property
    def is_register(self) -> bool:
        """Say whether each file replaces the one before: then the same bytes sent again say that nothing changed."""
        return all(table.delivers == "snapshot" for _, dated in self.mappings for table in dated.tables)

    @property
    def mapping_version(self) -> str:
        """Hash of everything that decides how the bytes are read; of several mappings take `on` first."""
        kept = {"due_working_day", "first_period", "then", "request", "together"}
        return hash_of(self.model_dump(mode="json", by_alias=True, exclude=kept))

    def version_of(self, said: FileName | None) -> str:
        """Return the version of a file's reading, `mapping` or `mapping+facts`.

        A name that fills in other facts makes the same bytes say others; the ledger tells the two apart.
        """
        read = {cell.file for table in self.tables for cell in table.columns.values() if cell.file is not None}
        facts = {name: str(fact) for name, fact in (said.facts if said else {}).items() if name in read}
        return f"{self.mapping_version}+{hash_of(facts)}" if facts else self.mapping_version

    def takes_along(self, path: str) -> bool:
        """Say whether a path is one of those that are taken together with another."""
        return any(file_names.read(one, self.every, path) for one in self.together)

    def match(self, path: str) -> FileName | None:
        """Return what a path says about period, version and status; None when the feed does not want the file."""
        return file_names.read(self.files, self.every, path)


def _meaningless(kind: str) -> set[str]:
    """Return the keys of a table that say nothing of files of a kind."""
    by_row = {"header_rows", "headings", "first_row", "starts_after", "ends_before"}
    return (
        (by_row if kind in NAMED else set())
        | (set() if kind == "workbook" else {"sheet"})
        | (set() if kind in ("json", "ndjson") else {"each"})
    )


def _standing_nowhere(table: TableMap, form: FileFormat) -> str | None:
    """Return what is wrong with where the tables beside `table` are said to be."""
    for name, one in table.beside.items():
        if one.sheet is not None and form.kind != "workbook":
            return f"beside.{name}.sheet: says nothing of kind: {form.kind}; give member: of the archive"
        if one.member is not None and form.member is None:
            return (
                f"beside.{name}.member: is a file of an archive; say under format: member: which file the rows are in"
            )
    return None


def hash_of(document: dict) -> str:
    """Return a short hash of a document's content."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
