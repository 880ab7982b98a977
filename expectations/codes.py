"""Look up the code lists that contracts name, from the dbt seeds that hold them."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.paths import ROOT

SEEDS = ROOT / "dbt_project" / "seeds"
CODE_LISTS = SEEDS / "code_lists.csv"
MEASURES = SEEDS / "measures.csv"

NOT_KNOWN = "not_known"
"""Every list accepts it: the sender was asked and does not know."""
UNMAPPED = "unmapped"
"""Stored in place of a code that the list does not have; never sent."""


class CodeListError(LookupError):
    """A code list that is asked for and is not there, or that contradicts itself."""


@dataclass(frozen=True)
class Code:
    """One code of a list: its label, the group it counts in, and whether the minimal tier asks for it."""

    code: str
    label: str
    group: str | None = None
    is_minimal: bool = False


def entries(name: str) -> tuple[Code, ...]:
    """Return the codes of a list in their printed order, without the implied `not_known`.

    A code that was retired (`valid_to`) is still returned: old files must stay readable.
    """
    try:
        return _lists()[name]
    except KeyError:
        raise CodeListError(f"there is no code list {name!r}; add its rows to {_shown(CODE_LISTS)}") from None


@cache
def code_list(name: str) -> dict[str, str]:
    """Return `{code: label}` of everything a cell of this list may hold, `not_known` included."""
    listed = {entry.code: entry.label for entry in entries(name)}
    listed.setdefault(NOT_KNOWN, "Not known")
    return listed


def names() -> tuple[str, ...]:
    """Return the name of every list."""
    return tuple(_lists())


@cache
def _lists() -> dict[str, tuple[Code, ...]]:
    lists: dict[str, dict[str, Code]] = {}
    for row in sorted(_rows(CODE_LISTS), key=lambda row: (row["list_name"], int(row["position"]))):
        codes = lists.setdefault(row["list_name"], {})
        codes[row["code"]] = Code(row["code"], row["label"], row["group_code"] or None, row["tier"] == "minimal")
    # Measures have a seed of their own, because a measure is more than a code and a label.
    lists["measure"] = {row["measure_code"]: Code(row["measure_code"], row["plain_name"]) for row in _rows(MEASURES)}
    return {name: tuple(codes.values()) for name, codes in lists.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except FileNotFoundError:
        raise CodeListError(f"{_shown(path)} is missing; restore it from version control") from None


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
