"""Write the files that repeat what is said elsewhere: dbt sources and doc blocks, pages for people, workbooks."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from expectations import red_tasks
from expectations.codes import entries, names
from expectations.contract import CONTRACTS, Column, Contract, RuleEntry, load_contracts
from expectations.entity_pages import pages as entity_pages
from expectations.full_register import provider_file
from expectations.measure_pages import pages as measure_pages
from expectations.odcs import follow_standard
from expectations.tables import PIPELINE_COMMENTS
from expectations.template import template_bytes
from expectations.verdict import FILE_RULES
from warehouse import tables as ledger
from warehouse.paths import ROOT

PAGES = "docs/generated"
HEADER = "Generated from expectations/contracts by `assure generate`; do not edit."
_OF_DAGS = "Generated from the pages of the DAGs in dags/ by `assure generate`; do not edit."

_TEMPLATE_CODE = "xxx"
"""Stands in the published workbook where a provider's own code goes."""

_KINDS = {
    "text": "text",
    "date": "date",
    "timestamp": "date and time (UTC)",
    "integer": "whole number",
    "number": "number",
    "codes": "codes, split by ;",
    "ids": "codes of rows, split by ;",
}
_CLASSIFICATIONS = {
    "plain": "",
    "public_words": "Public words: written to be printed.",
    "restricted": "Own words: never leave schema `restricted`.",
    "pseudonym": "Pseudonym: made before the database.",
}
_SEVERITIES = {
    "refuse": "the file is refused",
    "hold": "the load is held for a person to decide",
    "set_aside": "the row is set aside",
    "warn": "the row counts; the sender is told",
}
_DELIVERIES = {"period": "the rows of one period", "snapshot": "the whole register", "events": "new and revised rows"}


def generate(check: bool = False) -> list[Path]:
    """Write every generated file, or with `check` only compare. Returns those that were stale, relative to the root."""
    stale, written = [], contents()
    for name, content in written.items():
        path = ROOT / name
        if path.is_file() and path.read_bytes() == content:
            continue
        stale.append(Path(name))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in _left_over(written):
        stale.append(path.relative_to(ROOT))
        if not check:
            path.unlink()
    return stale


def _left_over(written: dict[str, bytes]) -> Iterator[Path]:
    """Yield pages of what there is no more: everything below docs/generated is written here."""
    for path in sorted((ROOT / PAGES).rglob("*")):
        if path.is_file() and path.relative_to(ROOT).as_posix() not in written:
            yield path


def contents() -> dict[str, bytes]:
    """Return what every generated file should hold, by its path below the root."""
    contracts = load_contracts()
    for record in contracts:
        follow_standard(CONTRACTS / f"{record}.odcs.yaml")
    return {
        "dbt_project/models/staging/_sources.yml": _text(_sources(contracts)),
        "dbt_project/models/_docs_contracts.md": _text(_doc_blocks(contracts)),
        f"{PAGES}/data_dictionary.md": _text(_dictionary(contracts)),
        f"{PAGES}/rulebook.md": _text(_rulebook(contracts)),
        **{name: page.encode() for name, page in (measure_pages() | entity_pages()).items()},
        f"{PAGES}/red_tasks.md": _text(red_tasks.page(_OF_DAGS)),
        "docs/templates/minimal_register.xlsx": template_bytes(_TEMPLATE_CODE),
        "docs/templates/full_register.xlsx": template_bytes(_TEMPLATE_CODE, "full"),
        "docs/templates/full_register.yml": _text((f"# {HEADER}", *provider_file("full_register"))),
    }


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


# ---- dbt -------------------------------------------------------------------------------------------------------------


def _sources(contracts: dict[str, Contract]) -> Iterator[str]:
    yield f"# {HEADER}"
    yield "# What staging reads: the landed records, the ledger that says which of them count, and the rows set aside."
    yield "version: 2"
    yield "sources:"
    yield from _source(
        "raw", "Landed rows of every record, before the ledger says which count.", _raw_tables(contracts)
    )
    yield from _source("audit", "The ledger and what is known about deliveries.", _ledger_tables("audit"))
    yield from _source("quarantine", "Rows set aside, by place and rule, without values.", _ledger_tables("quarantine"))


def _source(schema: str, description: str, tables: Iterable[tuple[str, str, list[tuple[str, str]]]]) -> Iterator[str]:
    yield f"  - name: {schema}"
    yield f"    schema: {schema}"
    yield f"    description: {_quoted(description)}"
    yield "    tables:"
    for name, table_description, columns in tables:
        yield f"      - name: {name}"
        yield f"        description: {_quoted(table_description)}"
        yield "        columns:"
        for column, column_description in columns:
            yield f"          - {{name: {column}, description: {_quoted(column_description)}}}"


def _raw_tables(contracts: dict[str, Contract]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    for contract in contracts.values():
        columns = [(name, PIPELINE_COMMENTS[name]) for name in contract.pipeline_columns]
        columns += [(column.name, f"{{{{ doc('{_block(contract, column)}') }}}}") for column in contract.raw_columns]
        yield contract.record, f"{contract.description} {contract.grain}", columns


def _ledger_tables(schema: str) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    for table in sorted(ledger.metadata.tables.values(), key=lambda table: table.name):
        if table.schema == schema:
            yield table.name, table.comment, [(column.name, column.comment) for column in table.columns]


def _doc_blocks(contracts: dict[str, Contract]) -> Iterator[str]:
    yield HEADER
    for contract in contracts.values():
        yield ""
        for column in contract.columns:
            yield f"{{% docs {_block(contract, column)} %}}{column.description}{{% enddocs %}}"


def _block(contract: Contract, column: Column) -> str:
    return f"{contract.record}__{column.name}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# ---- Pages for people ------------------------------------------------------------------------------------------------


def _dictionary(contracts: dict[str, Contract]) -> Iterator[str]:
    yield "# Data dictionary"
    yield f"\n{HEADER}"
    yield (
        "\nEvery record that senders deliver, and every column of it. *Minimal* columns are asked of every provider, "
        "the rest of those that keep a full register. Nothing is mandatory but what is marked **required**. A blank "
        "means: not sent."
    )
    yield ""
    yield from (f"- [{contract.title}](#{contract.record})" for contract in contracts.values())
    yield "- [Code lists](#code-lists)"
    for contract in contracts.values():
        yield f'\n<a id="{contract.record}"></a>\n\n## {contract.title} (`{contract.record}`)'
        yield f"\n{contract.description}"
        yield (
            f"\n{contract.grain} Key: {_named(contract.key)}. A delivery holds "
            f"{_DELIVERIES[contract.delivers_default]}, unless the provider file says otherwise. "
            f"Contract version {contract.version}."
        )
        yield "\n| column | kind | tier | meaning |\n|---|---|---|---|"
        for column in contract.columns:
            yield f"| `{column.name}` | {_kind(column)} | {column.tier} | {_cell(_meaning(column))} |"
    yield '\n<a id="code-lists"></a>\n\n## Code lists'
    yield "\nEvery list also accepts `not_known`: asked, and not known. Codes of `measure` are the report's measures."
    for name in names():
        if name != "measure":
            yield f'\n<a id="list-{name}"></a>\n\n### {name}'
            yield from _listed(name)


def _listed(name: str) -> Iterator[str]:
    """Yield the table of one list; codes that count in groups say in which."""
    listed = entries(name)
    if not any(entry.group for entry in listed):
        yield "\n| code | label |\n|---|---|"
        yield from (f"| `{entry.code}` | {_cell(entry.label)} |" for entry in listed)
        return
    yield "\n| code | label | group |\n|---|---|---|"
    yield from (f"| `{entry.code}` | {_cell(entry.label)} | {entry.group or ''} |" for entry in listed)


def _kind(column: Column) -> str:
    if column.code_list == "measure":
        return "codes of measures, split by ;"
    if column.code_list:
        one = "codes" if column.kind == "codes" else "code"
        return f"{one} of [{column.code_list}](#list-{column.code_list})" + (", split by ;" if one == "codes" else "")
    return _KINDS[column.kind] + (f" ({column.unit})" if column.unit else "")


def _meaning(column: Column) -> str:
    said = [column.description]
    if column.is_required:
        said.append("**Required.**")
    if column.default_when_blank:
        said.append(f"Blank counts as `{column.default_when_blank}`.")
    if column.references:
        record, key = column.references
        said.append(f"Points to [`{record}.{key}`](#{record}).")
    said.append(_CLASSIFICATIONS[column.classification])
    return " ".join(said).strip()


def _rulebook(contracts: dict[str, Contract]) -> Iterator[str]:
    yield "# Rulebook"
    yield f"\n{HEADER}"
    yield (
        "\nEvery code that a sender can be told, with what must hold and what to do. A code is never used again for "
        "something else. A blank breaks no rule but the one that asks for it. Findings name a file, a row and a "
        "column, and never repeat a value. `group(code)` is what a code counts as in its list."
    )
    yield "\n## Whole files\n\n| code | what becomes of it | what is wrong, and what to do |\n|---|---|---|"
    for code, rule in FILE_RULES.items():
        yield f"| `{code}` | {_SEVERITIES[rule.level]} | {_cell(_sentences(rule.message, rule.remedy))} |"
    for contract in contracts.values():
        yield f"\n## {contract.title} (`{contract.record}`)"
        yield "\n| code | what becomes of it | what must hold, and what to do |\n|---|---|---|"
        tests = {rule.code: rule.holds.text for rule in contract.rules}
        for rule in contract.rule_codes().values():
            yield f"| `{rule.code}` | {_SEVERITIES[rule.severity]} | {_cell(_described(rule, tests))} |"


def _described(rule: RuleEntry, tests: dict[str, str]) -> str:
    return rule.description + (f" `{tests[rule.code]}`" if rule.code in tests else "")


def _sentences(*parts: str) -> str:
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def _named(columns: Iterable[str]) -> str:
    return " + ".join(f"`{name}`" for name in columns)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
