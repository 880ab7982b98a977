"""The mapping language: how a sender's files are named, how their bytes become cells, and their cells records."""

import codecs
import datetime as dt
import hashlib
import json
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from warehouse.periods import Period, month_of, quarter_named, quarter_of


class Closed(BaseModel):
    """A part of a provider file: a key it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _readable(form: str) -> str:
    moment = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)
    try:
        dt.datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 - only tried
    except ValueError:
        raise ValueError(f"'{form}' is no form of date; write it like %d/%m/%Y or %Y-%m-%d %H:%M") from None
    return form


DateForms = tuple[Annotated[str, AfterValidator(_readable)], ...]


class CellMap(Closed):
    """How one column of a record is filled: from headings, or a constant."""

    source: tuple[str, ...] = Field((), alias="from")
    constant: str | None = None
    join: str | None = None
    """Text that joins the cells of several headings; without it the first filled one counts."""
    codes: dict[str, str] = {}
    dates: DateForms = ()
    states: dict[str, str] = {}
    """Cell markers that are no number but say why there is none: `*` → suppressed. They fill value_state."""

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value):
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _source_or_constant(self):
        if bool(self.source) == (self.constant is not None):
            raise ValueError("give either from: or constant:")
        return self


class Unpivot(Closed):
    """Turn one wide row into one row per heading: the cell goes to `value`, `headings` says what else each one sets."""

    value: str
    headings: dict[str, dict[str, str]]


class TableMap(Closed):
    """How one table of the file (a CSV, or part of a sheet) becomes rows of one record."""

    record: str
    delivers: Literal["period", "snapshot", "events"]
    sheet: str | None = None
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
    skip_when: dict[str, tuple[str, ...]] = {}
    """Rows that are no records (totals, rejected ones): heading → cell texts."""
    skip_when_blank: tuple[str, ...] = ()
    """Rows where all of these headings are blank are no records."""
    ignore: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    """Headings of forbidden identifiers: never read further than the heading."""

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, columns):
        return {
            name: {"from": value} if isinstance(value, str | list | tuple) else value for name, value in columns.items()
        }

    @property
    def wanted_headings(self) -> tuple[str, ...]:
        """Every heading the mapping reads, in order of first mention."""
        named = [heading for cell in self.columns.values() for heading in cell.source]
        named += list(self.unpivot.headings) if self.unpivot else []
        named += [*self.skip_when, *self.skip_when_blank]
        return tuple(dict.fromkeys(named))

    @property
    def declared_headings(self) -> frozenset[str]:
        """Every heading the mapping reads, ignores or drops."""
        return frozenset({*self.wanted_headings, *self.ignore, *self.drop})


class FileFormat(Closed):
    """How bytes become rows of cells."""

    kind: Literal["csv", "workbook"]
    encoding: str = "utf-8-sig"
    delimiter: str = Field(",", min_length=1, max_length=1)
    dates: DateForms = ("%Y-%m-%d",)
    missing: tuple[str, ...] = ("", "NULL", "N/A", "#N/A")
    """Cell texts that mean: not sent. A sender that needs others lists all of its own."""

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ValueError(f"'{encoding}' is no encoding; use utf-8-sig or cp1252") from None
        return encoding


class Feed(Closed):
    """One kind of file of a sender."""

    files: str
    """Path pattern below the door: * and {period:FORMAT}, {quarter}, {version}, {status}."""
    every: Literal["month", "quarter", "once"]
    due_working_day: int = Field(10, ge=1)
    first_period: dt.date | None = None
    format: FileFormat
    tables: tuple[TableMap, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_say_the_period(self):
        named = _pattern(self.files)
        if self.every != "once" and not re.search(r"\?P<(period|quarter)>", named):
            raise ValueError(f"files: says no period, and one is owed every {self.every}; add {{period:%Y-%m}}")
        return self

    @model_validator(mode="after")
    def _one_table_for_each_record(self):
        records = [table.record for table in self.tables]
        # The same row number in two tables would be two rows under one key.
        if twice := sorted({record for record in records if records.count(record) > 1}):
            told = ", ".join(twice)
            raise ValueError(f"tables: {told} is filled twice; give the second a feed of its own with the same files:")
        return self

    @property
    def records(self) -> set[str]:
        """The records the feed carries."""
        return {table.record for table in self.tables}

    def headings_of(self, sheet: str | None) -> frozenset[str]:
        """Return every heading that a table of the sheet reads, ignores or drops."""
        return frozenset().union(*(table.declared_headings for table in self.tables if table.sheet == sheet))

    @property
    def is_register(self) -> bool:
        """Say whether each file replaces the one before: then the same bytes sent again say that nothing changed."""
        return all(table.delivers == "snapshot" for table in self.tables)

    @property
    def mapping_version(self) -> str:
        """Hash of everything that decides how the bytes are read."""
        return hash_of(self.model_dump(mode="json", by_alias=True, exclude={"due_working_day", "first_period"}))

    def match(self, path: str) -> "FileName | None":
        """Return what a path says about period, version and status; None when the feed does not want the file."""
        found = re.fullmatch(_pattern(self.files), path)
        if found is None:
            return None
        parts = found.groupdict()
        try:
            period = self._period(parts)
        except ValueError:
            return None
        return FileName(
            period=period,
            version=int(parts.get("version") or 1),
            status_rank=("provisional", "performance", "final").index((parts.get("status") or "provisional").lower()),
        )

    def _period(self, parts: dict[str, str]) -> Period | None:
        if parts.get("quarter"):
            return quarter_named(parts["quarter"])
        if parts.get("period"):
            day = dt.datetime.strptime(parts["period"], _period_format(self.files)).date()  # noqa: DTZ007 - a day
            return month_of(day) if self.every == "month" else quarter_of(day)
        return None


class FileName(Closed):
    """What a file's name says."""

    period: Period | None
    version: int
    status_rank: int


def _pattern(files: str) -> str:
    parts = re.split(r"(\{[^}]+\}|\*)", files)
    return "".join(_token(part) if part.startswith("{") or part == "*" else re.escape(part) for part in parts)


def _token(part: str) -> str:
    if part == "*":
        return r"[^/]*"
    name, _, form = part.strip("{}").partition(":")
    if name == "period" and form:
        two, four, word = r"\d{2}", r"\d{4}", r"[A-Za-z]"
        digits = {"%Y": four, "%y": two, "%m": two, "%d": two, "%b": word + "{3}", "%B": word + "+"}
        pieces = re.split(r"(%[A-Za-z])", form)
        return "(?P<period>" + "".join(digits.get(piece, re.escape(piece)) for piece in pieces) + ")"
    tokens = {
        "quarter": r"(?P<quarter>\d{4}-\d{2}-Q[1-4])",
        "version": r"(?:_v(?P<version>\d{1,3}))?",
        "status": r"(?P<status>[Pp]rovisional|[Pp]erformance|[Ff]inal)",
    }
    if name not in tokens:
        remedy = "use {period:%Y-%m}, {quarter}, {version}, {status} or *"
        raise ValueError(f"{{{name}}} is not known; {remedy}")
    return tokens[name]


def _period_format(files: str) -> str:
    return re.search(r"\{period:([^}]+)\}", files).group(1)


def hash_of(document: dict) -> str:
    """Return a short hash of a document's content."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
