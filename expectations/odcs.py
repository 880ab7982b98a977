"""Read a data contract's document, refusing every key that the standard or our closed model of it does not know.

A contract is an ODCS v3 document: checked against our closed model of the standard (rule codes, severities,
confidentiality and the few customProperties allowed), and against the standard's own schema when files are generated.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from warehouse import yaml_files
from warehouse.paths import ROOT

Classification = Literal["plain", "public_words", "restricted", "pseudonym"]
Severity = Literal["refuse", "set_aside", "warn"]
Delivers = Literal["period", "snapshot", "events"]
EmptyMeans = Literal["nil_return", "never"]
Domain = Literal["register", "experience", "safety", "context"]
Dimension = Literal["accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"]


class ContractError(ValueError):
    """A contract that cannot be used: says which file, where in it, and what to do."""


class Closed(BaseModel):
    """A model that is never changed and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]


class Custom(Closed):
    """One customProperty."""

    property: str
    value: str


class _Items(Closed):
    logicalType: Literal["string"]


class _Relationship(Closed):
    to: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$")]


class Property(Closed):
    """One column as it is written."""

    name: _Name
    logicalType: Literal["string", "date", "timestamp", "integer", "number", "array"]
    classification: Classification
    description: _Words
    items: _Items | None = None
    primaryKey: bool = False
    primaryKeyPosition: int = -1
    required: bool = False
    relationships: tuple[_Relationship, ...] = Field(default=(), max_length=1)
    customProperties: tuple[Custom, ...] = ()


class _Implementation(Closed):
    holds: str


class Quality(Closed):
    """One row rule as it is written."""

    name: str
    type: Literal["custom"]
    engine: Literal["assure"]
    severity: Severity
    dimension: Dimension
    description: _Words
    implementation: _Implementation


class _Object(Closed):
    name: _Name
    physicalType: Literal["table"]
    dataGranularityDescription: _Words
    properties: tuple[Property, ...] = Field(min_length=1)
    quality: tuple[Quality, ...] = Field(min_length=1)


class _Description(Closed):
    purpose: _Words


class Document(Closed):
    """One contract as it is written."""

    apiVersion: Literal["v3.1.0"]
    kind: Literal["DataContract"]
    id: _Name
    name: str
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    status: Literal["active"]
    domain: Domain
    description: _Description
    customProperties: tuple[Custom, ...]
    schema_: tuple[_Object, ...] = Field(alias="schema", min_length=1, max_length=1)


class ContractSettings(Closed):
    """The customProperties of a contract."""

    rulePrefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    deliversDefault: Delivers
    emptyMeans: EmptyMeans


class ColumnSettings(Closed):
    """The customProperties of a column."""

    codeList: str | None = None
    unit: str | None = None
    tier: Literal["minimal"] | None = None
    defaultWhenBlank: str | None = None


def read_document(path: Path) -> Document:
    """Read and check one document. Raises ContractError naming the file, the key and the remedy."""
    document = _read(path)
    try:
        return Document.model_validate(document)
    except ValidationError as failure:
        _follow(path, document)
        first = failure.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        remedy = "remove it" if first["type"] == "extra_forbidden" else "correct it"
        fault = "is a key our contracts do not use" if first["type"] == "extra_forbidden" else first["msg"]
        raise ContractError(f"{shown(path)}: {key}: {fault}; {remedy}") from None


def follow_standard(path: Path) -> None:
    """Raise ContractError where a document is not what the standard's own schema allows.

    Asked whenever files are generated from the contracts, and by a test: it takes a second, too long for each command.
    """
    _follow(path, _read(path))


def _follow(path: Path, document: Any) -> None:
    # A fault deep down makes everything around it look faulty too: the deepest is the one to mend.
    if faults := sorted(_standard().iter_errors(document), key=lambda fault: -len(fault.path)):
        remedy = "the Open Data Contract Standard does not allow it, correct or remove that key"
        raise ContractError(f"{shown(path)}: {faults[0].json_path[2:]}: {faults[0].message}; {remedy}") from None


def settings(path: Path, place: str, written: tuple[Custom, ...], model: type[Closed]) -> Any:
    """Turn customProperties into the closed model of what they may say."""
    given = {one.property: one.value for one in written}
    agree(path, place, len(given) == len(written), "a property stands there twice; remove one")
    try:
        return model.model_validate(given)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        allowed = ", ".join(model.model_fields)
        raise ContractError(
            f"{shown(path)}: {place}.{'.'.join(map(str, first['loc']))}: {first['msg']}; allowed are {allowed}"
        ) from None


def agree(path: Path, place: str, holds: Any, remedy: str) -> None:
    """Refuse the document at this place unless something holds."""
    if not holds:
        raise ContractError(f"{shown(path)}: {place}: does not fit; {remedy}")


class _NoRepeatedKeys(yaml_files.TYPED):
    """YAML quietly keeps the last of two equal keys; a contract may not hold two."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key, (written, _) in zip(keys, node.value, strict=True):
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands there twice", written.start_mark)
    return loader.construct_mapping(node, deep=True)


_NoRepeatedKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _read(path: Path) -> Any:
    try:
        return yaml_files.read(path, _NoRepeatedKeys)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise ContractError(
            f"{shown(path)}:{line} {getattr(failure, 'problem', None) or 'is not YAML'}; correct it"
        ) from None


@cache
def _standard() -> Any:
    from jsonschema import Draft201909Validator

    return Draft201909Validator(
        json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    )


def shown(path: Path) -> str:
    """Name a file as a reader of this project knows it."""
    path = path.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
