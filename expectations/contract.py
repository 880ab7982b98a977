"""Load the data contracts: what every incoming record must look like, refused unless it is exactly understood."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from expectations.codes import UNMAPPED, CodeListError, code_list, entries
from expectations.odcs import (
    Classification,
    Closed,
    ColumnSettings,
    ContractError,
    ContractSettings,
    Delivers,
    Dimension,
    Document,
    Domain,
    EmptyMeans,
    Property,
    Quality,
    Severity,
    agree,
    read_document,
    settings,
    shown,
)
from expectations.rules import Predicate, RuleError, parse
from warehouse.paths import ROOT

CONTRACTS = ROOT / "expectations" / "contracts"

Kind = Literal["text", "date", "timestamp", "integer", "number", "codes", "ids"]

PIPELINE_COLUMNS = {
    "load_id": "integer",
    "row_number": "integer",
    "part": "integer",
    "provider_code": "text",
    "period_start_on": "date",
    "period_end_on": "date",
}
"""What every raw row carries before its own columns. Only a period may be the record's own instead."""

RULE_COLUMNS = {"submitted_on": "date", "period_start_on": "date", "period_end_on": "date"}
"""What a rule may name besides the record's columns: facts about the delivery."""

_KINDS = {"string": "text", "date": "date", "timestamp": "timestamp", "integer": "integer", "number": "number"}
# No record holds who a person is; a contract that asks for it does not load.
_IDENTIFIES = re.compile(
    r"(^|_)(nhs_(number|no)|(first|last|full|person|patient|member|staff)_name|forename|surname|date_of_birth|birth_date|dob"
    r"|post_?code|address|phone_number|telephone|mobile|email|e_mail|ni_number)(_|$)"
)


class Column(Closed):
    """One column of a record. `references` is `(record, column)` of the row it points to."""

    name: str
    kind: Kind
    description: str
    classification: Classification
    code_list: str | None = None
    unit: str | None = None
    tier: Literal["minimal", "full"] = "full"
    default_when_blank: str | None = None
    is_required: bool = False
    is_key: bool = False
    references: tuple[str, str] | None = None

    @property
    def is_label(self) -> bool:
        """Whether people write it freely and it is shown as written: a role, a name. Ids and codes are no labels."""
        is_free = self.classification == "plain" and self.kind == "text" and self.code_list is None
        return is_free and not (self.is_key or self.references or self.name.endswith(("_id", "_ref", "_code")))

    @property
    def is_printed(self) -> bool:
        """Whether it is written freely and may be printed, so that a cell must name or number no one."""
        return self.classification == "public_words" or self.is_label


class RowRule(Closed):
    """What must hold of a row, and what becomes of a row of which it does not."""

    code: str
    severity: Severity
    dimension: Dimension
    description: str
    holds: Predicate


class RuleEntry(Closed):
    """One line of the rulebook; `column` is None where a rule is about the row."""

    code: str
    severity: Severity
    dimension: Dimension
    description: str
    column: str | None = None


class Contract(Closed):
    """What a record must look like. `columns` are in the order of the file, `key` in the order of the key."""

    record: str
    title: str
    version: str
    rule_prefix: str
    domain: Domain
    description: str
    grain: str
    delivers_default: Delivers
    empty_means: EmptyMeans
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError when the record has none such."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.record} has no column {name!r}; it has {', '.join(one.name for one in self.columns)}")

    def _classified(self, *classes: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.classification in classes)

    @property
    def plain_columns(self) -> tuple[Column, ...]:
        return self._classified("plain")

    @property
    def public_words_columns(self) -> tuple[Column, ...]:
        return self._classified("public_words")

    @property
    def restricted_columns(self) -> tuple[Column, ...]:
        return self._classified("restricted")

    @property
    def pseudonym_columns(self) -> tuple[Column, ...]:
        return self._classified("pseudonym")

    @property
    def raw_columns(self) -> tuple[Column, ...]:
        """The columns that stand in schema raw: all but the restricted ones."""
        return self._classified("plain", "public_words", "pseudonym")

    @property
    def pipeline_columns(self) -> tuple[str, ...]:
        """The pipeline's columns before them, without a period that the record has of its own."""
        own = {column.name for column in self.columns}
        return tuple(name for name in PIPELINE_COLUMNS if name not in own)

    def rule_code(self, family: Literal["TYP", "REQ", "COD", "IDN", "KEY"], column: str | None = None) -> str:
        """Return the code of an automatic rule: `INC-TYP.occurred_on`, `INC-KEY`."""
        return f"{self.rule_prefix}-{family}" + (f".{column}" if column else "")

    def rule_codes(self) -> dict[str, RuleEntry]:
        """Return the rulebook: every code this record can be judged by, automatic rules first."""
        return {entry.code: entry for entry in (*self._automatic_rules(), *self._row_rules())}

    def _automatic_rules(self) -> Iterator[RuleEntry]:
        for column in self.columns:
            yield self._automatic(
                "TYP", column, "set_aside", "conformity",
                f"The cell of {column.name} can be read as {_IN_WORDS[column.kind]}. Correct the cell.",
            )  # fmt: skip
        for column in self.columns:
            if column.is_required:
                yield self._automatic(
                    "REQ", column, "set_aside", "completeness",
                    f"{column.name} is filled in: a row means nothing without it. Fill it in or leave the row out.",
                )  # fmt: skip
        for column in self.columns:
            if column.code_list:
                yield self._automatic(
                    "COD", column, "warn", "conformity",
                    f"{column.name} holds codes of the list {column.code_list}. An unknown code is kept as {UNMAPPED}; "
                    "map it or correct it.",
                )  # fmt: skip
        for column in self.columns:
            if column.is_printed:
                yield self._automatic(
                    "IDN", column, "set_aside", "conformity",
                    f"{column.name} names or numbers no one, because it will be printed. Take the identifier out.",
                )  # fmt: skip
        yield RuleEntry(
            code=self.rule_code("KEY"), severity="set_aside", dimension="uniqueness",
            description=f"No two rows of a delivery share {' + '.join(self.key)}. Keep the row that is right.",
        )  # fmt: skip

    def _automatic(self, family, column: Column, severity, dimension, description: str) -> RuleEntry:
        code = self.rule_code(family, column.name)
        return RuleEntry(code=code, severity=severity, dimension=dimension, description=description, column=column.name)

    def _row_rules(self) -> Iterator[RuleEntry]:
        for rule in self.rules:
            yield RuleEntry(**rule.model_dump(include={"code", "severity", "dimension", "description"}))


_IN_WORDS = {
    "text": "text",
    "date": "a date of the years 1900 to 2100",
    "timestamp": "a date and time of the years 1900 to 2100",
    "integer": "a whole number",
    "number": "a number",
    "codes": "codes separated by semicolons",
    "ids": "codes of rows separated by semicolons",
}


@cache
def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """Load every contract of a folder, by record, and check that they agree with each other."""
    paths = sorted(Path(folder).glob("*.odcs.yaml"))
    if not paths:
        raise ContractError(f"{shown(Path(folder))} holds no *.odcs.yaml; contracts live there, one per record")
    contracts = {contract.record: contract for contract in map(load_contract, paths)}
    _check_together(contracts, Path(folder))
    return contracts


def load_contract(path: Path) -> Contract:
    """Load one contract. Raises ContractError naming the file, the key and the remedy."""
    return _understood(path, read_document(path))


# ---- From the document to the contract -------------------------------------------------------------------------------


def _understood(path: Path, document: Document) -> Contract:
    table = document.schema_[0]
    agree(
        path, "id", document.id == table.name == path.name.split(".")[0], "name the file, the id and the schema alike"
    )
    told = settings(path, "customProperties", document.customProperties, ContractSettings)
    columns = tuple(_column(path, property) for property in table.properties)
    names = [column.name for column in columns]
    agree(path, "schema.0.properties", len(set(names)) == len(names), "a column stands there twice; remove one")
    keyed = sorted((one for one in table.properties if one.primaryKey), key=lambda one: one.primaryKeyPosition)
    positions = [one.primaryKeyPosition for one in keyed]
    agree(
        path, "primaryKeyPosition", positions and positions == list(range(1, len(keyed) + 1)), "number the key 1, 2, …"
    )
    return Contract(
        record=document.id,
        title=document.name,
        version=document.version,
        rule_prefix=told.rulePrefix,
        domain=document.domain,
        description=_one_line(document.description.purpose),
        grain=_one_line(table.dataGranularityDescription),
        delivers_default=told.deliversDefault,
        empty_means=told.emptyMeans,
        columns=columns,
        rules=tuple(_row_rules(path, table.quality, told.rulePrefix, columns)),
        key=tuple(one.name for one in keyed),
    )


def _column(path: Path, written: Property) -> Column:
    place = f"schema.0.properties.{written.name}"
    told = settings(path, f"{place}.customProperties", written.customProperties, ColumnSettings)
    several = written.logicalType == "array"
    kind = ("codes" if told.codeList else "ids") if several else _KINDS[written.logicalType]
    words = written.classification in ("public_words", "restricted")
    agree(path, place, not _IDENTIFIES.search(written.name), "no record holds who a person is; remove the column")
    ours = written.name in PIPELINE_COLUMNS and not written.name.startswith("period_")
    agree(path, place, not ours, "the pipeline adds it; remove it")
    agree(path, f"{place}.items", several == (written.items is not None), "give items to an array and to nothing else")
    agree(
        path,
        f"{place}.classification",
        not words or (kind == "text" and not told.codeList),
        "only free text is words",
    )
    agree(path, f"{place}.codeList", not told.codeList or kind in ("text", "codes"), "only text has a code list")
    agree(path, f"{place}.unit", not told.unit or kind in ("integer", "number"), "only numbers have a unit")
    agree(
        path,
        f"{place}.relationships",
        not written.relationships or kind in ("text", "ids"),
        "only an id points to a row",
    )
    default = told.defaultWhenBlank
    agree(
        path,
        f"{place}.required",
        not (written.required and default),
        "a column with a default is never blank; leave it out",
    )
    if told.codeList:
        try:
            known = code_list(told.codeList)
        except CodeListError as failure:
            raise ContractError(f"{shown(path)}: {place}.codeList: {failure}") from None
        agree(path, f"{place}.defaultWhenBlank", default is None or default in known, f"use a code of {told.codeList}")
    elif kind == "integer":
        agree(path, f"{place}.defaultWhenBlank", default is None or default.isdigit(), "write a whole number in quotes")
    record, _, target = written.relationships[0].to.partition(".") if written.relationships else ("", "", "")
    return Column(
        name=written.name,
        kind=kind,
        description=_one_line(written.description),
        classification=written.classification,
        code_list=told.codeList,
        unit=told.unit,
        tier=told.tier or "full",
        default_when_blank=default,
        is_required=written.required,
        is_key=written.primaryKey,
        references=(record, target) if record else None,
    )


def _row_rules(path: Path, written: tuple[Quality, ...], prefix: str, columns: tuple[Column, ...]) -> Iterator[RowRule]:
    # The record's own words never leave schema restricted, so no rule can look at them.
    kinds = RULE_COLUMNS | {column.name: column.kind for column in columns if column.classification != "restricted"}
    codes = {column.name: (*code_list(column.code_list), UNMAPPED) for column in columns if column.code_list}
    groups = {
        column.name: {entry.code: entry.group for entry in entries(column.code_list) if entry.group}
        for column in columns
        if column.code_list
    }
    seen: set[str] = set()
    for rule in written:
        place = f"schema.0.quality.{rule.name}"
        agree(path, place, re.fullmatch(rf"{prefix}-\d{{3}}", rule.name), f"name it {prefix}-001, {prefix}-002, …")
        agree(path, place, rule.name not in seen, "a rule's code is used once and never again; take the next number")
        seen.add(rule.name)
        try:
            holds = parse(rule.implementation.holds, kinds, codes, groups)
        except RuleError as failure:
            raise ContractError(f"{shown(path)}: {place}.implementation.holds: {failure}") from None
        yield RowRule(
            code=rule.name,
            severity=rule.severity,
            dimension=rule.dimension,
            description=_one_line(rule.description),
            holds=holds,
        )


def _check_together(contracts: dict[str, Contract], folder: Path) -> None:
    prefixes: dict[str, str] = {}
    for contract in contracts.values():
        path = folder / f"{contract.record}.odcs.yaml"
        other = prefixes.setdefault(contract.rule_prefix, contract.record)
        agree(path, "rulePrefix", other == contract.record, f"{other} uses it already; choose another")
        for column in contract.columns:
            if column.references:
                record, target = column.references
                place = f"schema.0.properties.{column.name}.relationships"
                remedy = f"point to the key of a record, such as {contract.record}.{contract.key[0]}"
                agree(path, place, record in contracts and target in contracts[record].key, remedy)


def _one_line(words: str) -> str:
    return " ".join(words.split())
