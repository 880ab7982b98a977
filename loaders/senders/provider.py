"""Read a provider file: who sends what, under which agreement, from where, and how its columns and codes map."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from expectations.codes import UNMAPPED, code_list
from expectations.contract import Column, Contract, load_contracts
from loaders import identifiers
from loaders.senders import credentials, file_names, windows
from loaders.senders.address import Door, ProviderFileError
from loaders.senders.feeds import STATES, CellMap, Closed, Feed, TableMap, hash_of
from loaders.senders.units import factor
from warehouse import yaml_files
from warehouse.paths import providers as providers_folder


class Agreement(Closed):
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


class EarlierIcb(Closed):
    """An ICB that commissioned the sender before, up to and including a day."""

    icb_code: str
    icb_name: str
    until: dt.date


class Provider(Closed):
    """One sender."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str
    kind: Literal["nhs_trust", "charity", "community_interest_company", "icb", "network", "national_statistics"]
    tier: Literal["full", "minimal", "statistics"]
    icb_code: str
    icb_name: str
    icb_before: tuple[EarlierIcb, ...] = ()
    """ICBs before the one of today, the oldest first."""
    closed_on: dt.date | None = None
    """Last day it was open; nothing is owed for periods that begin later."""
    succeeded_by: str | None = None
    """Code of the organisation that took over what it did."""
    is_made_up: bool = False
    contact: str | None = Field(None, pattern=r"^[a-z][a-z0-9_]*$")
    """Name under which the sender's role mailbox is kept, never an address: who it is stands in no file of ours."""
    agreements: tuple[Agreement, ...] = Field(min_length=1)
    door: Door
    feeds: dict[str, Feed]

    @model_validator(mode="after")
    def _ends_are_in_order(self):
        ends = [one.until for one in self.icb_before]
        if ends != sorted(set(ends)):
            raise ValueError("icb_before: is not in order of until:, the oldest first; put it in order")
        if self.succeeded_by and self.closed_on is None:
            raise ValueError("succeeded_by: stands without closed_on:; say which day was its last")
        return self

    @property
    def organisation_code(self) -> str:
        """The code as it stands in the warehouse."""
        return self.code.upper()

    def agreement(self, feed: Feed, on: dt.date) -> Agreement | None:
        """Return the agreement in force for every record of `feed` on the day `on`."""
        return next((one for one in self.agreements if one.is_in_force(on, feed.records)), None)

    def expects(self, path: str) -> bool:
        """Say whether any feed takes files of this name."""
        return any(feed.match(path) or feed.takes_along(path) for feed in self.feeds.values())


def load_provider(path: Path, contracts: dict[str, Contract] | None = None) -> Provider:
    """Read and check one provider file against the contracts it maps to.

    Raises ProviderFileError naming file, key and remedy.
    """
    contracts = contracts or load_contracts()
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=_Loader)
        credentials.refuse_secrets(document, text)
        provider = Provider.model_validate(document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        what = f"{error.problem}" if isinstance(error, _TwiceError) else "mend the indentation or quotes there"
        raise ProviderFileError(f"{path.name}: not readable as YAML{place}; {what}") from None
    except UnicodeDecodeError:
        raise ProviderFileError(f"{path.name}: is not UTF-8; save it as UTF-8") from None
    except ProviderFileError as error:
        raise ProviderFileError(f"{path.name}: {error}") from None
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise ProviderFileError(f"{path.name}: {told}") from None
    try:
        windows.check(provider.door, provider.feeds)
    except ValueError as error:
        raise ProviderFileError(f"{path.name}: {error}") from None
    if provider.code != path.stem:
        raise ProviderFileError(f"{path.name}: code: is '{provider.code}'; the file must be called {provider.code}.yml")
    for agreement in provider.agreements:
        if strangers := sorted(set(agreement.records) - set(contracts)):
            place = f"{path.name}: agreements.{agreement.reference}.records"
            raise ProviderFileError(f"{place}: {', '.join(strangers)}: {_no_contract(contracts)}")
    for name, feed in provider.feeds.items():
        for since, dated in feed.mappings:
            place = f"{path.name}: feeds.{name}" + (f".then.{since}" if since else "")
            for table in dated.tables:
                _check_table(f"{place}.{table.record}", table, contracts, file_names.tokens(feed.files))
    return provider


def codes() -> list[str]:
    """Return the codes of all senders that have a provider file, whether or not it can be read."""
    return sorted(path.stem for path in providers_folder().glob("*.yml"))


def load_provider_of(code: str) -> Provider:
    """Read and check the provider file of one sender; a fault in another's is not its own.

    Raises UnknownSenderError when there is no such file, and ProviderFileError.
    """
    if code not in codes():
        raise UnknownSenderError(f"there is no providers/{code}.yml; there are {', '.join(codes())}")
    return load_provider(providers_folder() / f"{code}.yml")


def load_providers(folder: Path | None = None) -> dict[str, Provider]:
    """Read every provider file of a folder, by code."""
    contracts = load_contracts()
    paths = sorted((folder or providers_folder()).glob("*.yml"))
    return {path.stem: load_provider(path, contracts) for path in paths}


def contract_versions(feed: Feed, contracts: dict[str, Contract]) -> str:
    """Return the hash of the versions of all contracts that a feed is read against."""
    return hash_of({record: contracts[record].version for record in sorted(feed.records)})


class UnknownSenderError(ProviderFileError):
    """There is no provider file of this code."""


class _TwiceError(yaml.constructor.ConstructorError):
    """A key that stands twice in one mapping, of which YAML would silently keep the last."""


class _Loader(yaml_files.TEXTS):
    """Keep every scalar a text until the model types it, and refuse a key twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise _TwiceError(None, None, f"'{key.value}' stands twice; remove one of the two", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _no_contract(contracts: Mapping[str, Contract]) -> str:
    return f"no contract has this name; choose one of {', '.join(sorted(contracts))}"


def _check_table(place: str, table: TableMap, contracts: Mapping[str, Contract], tokens: set[str]) -> None:
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
        _check_cell(f"{place}: columns.{name}", cell, known[name], contracts[table.record])
        if cell.file is not None and cell.file not in tokens:
            told = ", ".join(sorted(tokens)) or "none"
            raise ProviderFileError(f"{place}: columns.{name}.file: files: has no {{{cell.file}}}; it has {told}")
    for one in sets:
        for name, code in one.items():
            _check_codes(f"{place}: unpivot.headings", known[name].code_list, [code])


def _check_cell(place: str, cell: CellMap, column: Column, contract: Contract) -> None:
    forbidden = [heading for heading in cell.source if identifiers.names_an_identifier(heading)]
    if forbidden and column.classification != "pseudonym":
        told = ", ".join(forbidden)
        raise ProviderFileError(f"{place}: from: {told} says who a person is; list it under drop: instead")
    _check_codes(f"{place}.codes", column.code_list, cell.codes.values())
    _check_codes(f"{place}.constant", column.code_list, [cell.constant] if cell.constant else [])
    if cell.states:
        state = next((one for one in contract.columns if one.name in STATES), None)
        if state is None:
            raise ProviderFileError(f"{place}.states: {contract.record} has no {' or '.join(STATES)}; take it out")
        _check_codes(f"{place}.states", state.code_list, cell.states.values())
    if cell.separator and column.kind not in ("codes", "ids"):
        raise ProviderFileError(f"{place}.separator: the column holds one value; take it out, or use split:")
    if cell.unit and column.kind not in ("integer", "number"):
        raise ProviderFileError(f"{place}.unit: the column is no number; take it out")
    if cell.unit and factor(cell.unit, column.unit) is None:
        wanted = f"in {column.unit}" if column.unit else "in no unit of these"
        raise ProviderFileError(
            f"{place}.unit: {cell.unit} cannot be scaled, the contract counts {wanted}; take it out"
        )


def _check_codes(place: str, name: str | None, codes: Iterable[str]) -> None:
    if name is not None and (strangers := sorted({*codes} - {*code_list(name), UNMAPPED})):
        raise ProviderFileError(f"{place}: {', '.join(strangers)} not in the list '{name}'; use one of its codes")
