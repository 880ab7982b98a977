"""Read a provider file: who sends what, under which agreement, from where, and how its columns and codes map."""

import codecs
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from expectations.codes import UNMAPPED, code_list
from expectations.contract import Column, Contract, load_contracts
from loaders import identifiers
from warehouse.paths import providers as providers_folder
from warehouse.periods import Period, month_of, quarter_named, quarter_of


class ProviderFileError(ValueError):
    """A provider file that cannot be used; the message names file, key and remedy."""


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Agreement(_Closed):
    """A data sharing agreement. Without one in force for a record, the file that carries it is not fetched."""

    reference: str
    valid_from: dt.date
    valid_to: dt.date
    records: tuple[str, ...]
    lawful_basis: str
    controller: str
    dpia_reference: str
    retention_months: int = Field(gt=0)
    opt_out_applied_by: Literal["provider", "not_applicable"]

    @model_validator(mode="after")
    def _starts_before_it_ends(self):
        if self.valid_from > self.valid_to:
            raise ValueError("valid_to: is before valid_from:; correct one of the two")
        return self

    def is_in_force(self, on: dt.date, records: set[str]) -> bool:
        """Say whether the agreement covers all `records` on the day `on`."""
        return self.valid_from <= on <= self.valid_to and records <= set(self.records)


class Door(_Closed):
    """Where the sender puts its files: an fsspec URL, and the name under which the credentials for it are kept."""

    url: str
    credential: str | None = None

    @field_validator("url")
    @classmethod
    def _no_secret(cls, url: str) -> str:
        if re.search(r"//[^/]*@", url) or "?" in url:
            raise ValueError("holds a user name, a password or a signature; name a credential: instead")
        return url


def _readable(form: str) -> str:
    moment = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)
    try:
        dt.datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 - only tried
    except ValueError:
        raise ValueError(f"'{form}' is no form of date; write it like %d/%m/%Y or %Y-%m-%d %H:%M") from None
    return form


DateForms = tuple[Annotated[str, AfterValidator(_readable)], ...]


class CellMap(_Closed):
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


class Unpivot(_Closed):
    """Turn one wide row into one row per heading: the cell goes to `value`, `headings` says what else each one sets."""

    value: str
    headings: dict[str, dict[str, str]]


class TableMap(_Closed):
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


class FileFormat(_Closed):
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


class Feed(_Closed):
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
        return _hash(self.model_dump(mode="json", by_alias=True, exclude={"due_working_day", "first_period"}))

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


class FileName(_Closed):
    """What a file's name says."""

    period: Period | None
    version: int
    status_rank: int


class Provider(_Closed):
    """One sender."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str
    kind: Literal["nhs_trust", "charity", "community_interest_company", "icb", "network", "national_statistics"]
    tier: Literal["full", "minimal", "statistics"]
    icb_code: str
    icb_name: str
    is_made_up: bool = False
    agreements: tuple[Agreement, ...] = Field(min_length=1)
    door: Door
    feeds: dict[str, Feed]

    @property
    def organisation_code(self) -> str:
        """The code as it stands in the warehouse."""
        return self.code.upper()

    def agreement(self, feed: Feed, on: dt.date) -> Agreement | None:
        """Return the agreement in force for every record of `feed` on the day `on`."""
        return next((one for one in self.agreements if one.is_in_force(on, feed.records)), None)


def load_provider(path: Path, contracts: dict[str, Contract] | None = None) -> Provider:
    """Read and check one provider file against the contracts it maps to.

    Raises ProviderFileError naming file, key and remedy.
    """
    contracts = contracts or load_contracts()
    try:
        provider = Provider.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        what = f"{error.problem}" if isinstance(error, _TwiceError) else "mend the indentation or quotes there"
        raise ProviderFileError(f"{path.name}: not readable as YAML{place}; {what}") from None
    except UnicodeDecodeError:
        raise ProviderFileError(f"{path.name}: is not UTF-8; save it as UTF-8") from None
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise ProviderFileError(f"{path.name}: {told}") from None
    if provider.code != path.stem:
        raise ProviderFileError(f"{path.name}: code: is '{provider.code}'; the file must be called {provider.code}.yml")
    for agreement in provider.agreements:
        if strangers := sorted(set(agreement.records) - set(contracts)):
            place = f"{path.name}: agreements.{agreement.reference}.records"
            raise ProviderFileError(f"{place}: {', '.join(strangers)}: {_no_contract(contracts)}")
    for name, feed in provider.feeds.items():
        for table in feed.tables:
            _check_table(f"{path.name}: feeds.{name}.{table.record}", table, contracts)
    return provider


def load_providers(folder: Path | None = None) -> dict[str, Provider]:
    """Read every provider file of a folder, by code."""
    contracts = load_contracts()
    paths = sorted((folder or providers_folder()).glob("*.yml"))
    return {path.stem: load_provider(path, contracts) for path in paths}


def contract_versions(feed: Feed, contracts: dict[str, Contract]) -> str:
    """Return the hash of the versions of all contracts that a feed is read against."""
    return _hash({record: contracts[record].version for record in sorted(feed.records)})


class _TwiceError(yaml.constructor.ConstructorError):
    """A key that stands twice in one mapping, of which YAML would silently keep the last."""


class _Loader(yaml.BaseLoader):
    """Keep every scalar a text until the model types it (NO is not false, 2024-25 no date), and refuse a key twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise _TwiceError(None, None, f"'{key.value}' stands twice; remove one of the two", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _no_contract(contracts: Mapping[str, Contract]) -> str:
    return f"no contract has this name; choose one of {', '.join(sorted(contracts))}"


def _check_table(place: str, table: TableMap, contracts: Mapping[str, Contract]) -> None:
    """Hold one table against the contract of its record. Raises ProviderFileError."""
    if table.record not in contracts:
        raise ProviderFileError(f"{place}: {_no_contract(contracts)}")
    known = {column.name: column for column in contracts[table.record].columns}
    sets = list(table.unpivot.headings.values()) if table.unpivot else []
    named = {*table.columns, *(name for one in sets for name in one)} | (
        {table.unpivot.value} if table.unpivot else set()
    )
    if unknown := sorted(named - set(known)):
        told = ", ".join(unknown)
        raise ProviderFileError(f"{place}: columns: {told} not in the contract; see docs/generated/data_dictionary.md")
    if missing := sorted(name for name, column in known.items() if column.is_required and name not in named):
        told = ", ".join(missing)
        raise ProviderFileError(f"{place}: columns: {told} is required; map it from a heading or a constant")
    for name, cell in table.columns.items():
        _check_cell(f"{place}: columns.{name}", cell, known[name])
    for one in sets:
        for name, code in one.items():
            _check_codes(f"{place}: unpivot.headings", known[name].code_list, [code])


def _check_cell(place: str, cell: CellMap, column: Column) -> None:
    forbidden = [heading for heading in cell.source if identifiers.names_an_identifier(heading)]
    if forbidden and column.classification != "pseudonym":
        told = ", ".join(forbidden)
        raise ProviderFileError(f"{place}: from: {told} says who a person is; list it under drop: instead")
    _check_codes(f"{place}.codes", column.code_list, cell.codes.values())
    _check_codes(f"{place}.constant", column.code_list, [cell.constant] if cell.constant else [])
    _check_codes(f"{place}.states", "value_state", cell.states.values())


def _check_codes(place: str, name: str | None, codes: Iterable[str]) -> None:
    if name is not None and (strangers := sorted({*codes} - {*code_list(name), UNMAPPED})):
        raise ProviderFileError(f"{place}: {', '.join(strangers)} not in the list '{name}'; use one of its codes")


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
        raise ProviderFileError(f"files: {{{name}}} is not known; {remedy}")
    return tokens[name]


def _period_format(files: str) -> str:
    return re.search(r"\{period:([^}]+)\}", files).group(1)


def _hash(document: dict) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
