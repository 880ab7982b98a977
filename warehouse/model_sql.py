"""Render the SQL of dbt's models without dbt, whole or cut down to what one measure takes of it.

A model is read from its file and its macros as they stand, so what is shown is what a build runs: a test compares both.
`ref` becomes the relation as people find it (`marts.fct_inputs`), a part that is no relation of its own (an ephemeral
model) becomes a common table expression of the same name, and the build's day becomes `:'as_of_on'`, as psql puts it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from warehouse import yaml_files
from warehouse.paths import ROOT

PROJECT = ROOT / "dbt_project"
MODELS = PROJECT / "models"
FAMILY = "measures_"
SUMS_OF_FAMILIES = ("measures_by_month", "measures_by_quarter", "measures_recorded", "measured_periods")
"""Parts made of every family: shown by name, for all of them inlined would be the whole of the warehouse."""
NO_PART_OF_A_QUERY = re.compile(r"\{%-? test |macro (generate_schema_name|postgres__\w+)\(")
"""In macros that tell dbt how to work and how to test."""

_PART = re.compile(r"^(\w+) as \($")
_CODE = re.compile(r"'(\w+)' as measure_code\b")
_COMPUTED = re.compile(r"\bend as measure_code\b|\|\| \w+ as measure_code\b")
_READ = re.compile(r"\b(?:from|join)\s+(\w+)\b(?!\.)")
_UNION = "\n    union all\n"


@dataclass(frozen=True)
class Query:
    """A rendered model: what it says of itself, its parts in order (name → comment and body), its last select."""

    says: str
    parts: dict[str, tuple[str, str]]
    last: str


@cache
def model_files() -> dict[str, Path]:
    """Return where each model stands, by its name."""
    return {path.stem: path for path in sorted(MODELS.rglob("*.sql"))}


def is_part(name: str) -> bool:
    """Say whether a model is only a part of others' queries, with no relation of its own."""
    path = model_files().get(name)
    return path is not None and 'materialized="ephemeral"' in path.read_text(encoding="utf-8").split("\n", 1)[0]


@cache
def relation(name: str) -> str:
    """Return where people find what a model or seed makes, such as marts.fct_inputs; a part keeps its bare name."""
    path = model_files().get(name)
    settings = yaml_files.read(PROJECT / "dbt_project.yml")
    if path is None:
        return f"{settings['seeds']['assure']['+schema']}.{name}"
    if is_part(name):
        return name
    return f"{settings['models']['assure'][path.relative_to(MODELS).parts[0]]['+schema']}.{name}"


@cache
def rendered(name: str) -> str:
    """Return a model's SQL as a build runs it, without the settings at its head."""
    text = model_files()[name].read_text(encoding="utf-8")
    # Macros put a variable between quotes: psql wants them around its name.
    return re.sub(r"':(\w+)'", r":'\1'", _environment().from_string(text).render().strip())


@cache
def reads(name: str) -> tuple[str, ...]:
    """Return the names of models and seeds that a model reads directly, in order."""
    return tuple(
        dict.fromkeys(re.findall(r"""ref\(["'](\w+)["']\)""", model_files()[name].read_text(encoding="utf-8")))
    )


def purpose(name: str) -> str:
    """Return what a model says of itself at its head, as prose."""
    return " ".join(line.removeprefix("--").strip() for line in parsed(rendered(name)).says.split("\n"))


def measure_sql(measure_code: str, family: str, is_whole: bool = False) -> str:
    """Return the query that counts one measure, cut out of its family's model: every row of it that fct_measures takes.

    Parts that are sums of every family are left as names unless `is_whole`, which makes the query run anywhere.
    """
    query = parsed(rendered(FAMILY + family))
    kept = _kept(query, measure_code)
    written = "\n".join(kept.values())
    before = {
        part: _inlined(part, is_whole)
        for part in reads(FAMILY + family)
        if is_part(part) and part in _READ.findall(written) and (is_whole or part not in SUMS_OF_FAMILIES)
    }
    last = f"{query.last}\nwhere measure_code = '{measure_code}'"
    return _assembled(query, kept, before, last)


def _inlined(name: str, is_whole: bool) -> str:
    """Return an ephemeral model as the body of a common table expression, with the parts that it reads inside it."""
    query = parsed(rendered(name))
    before = {
        part: _inlined(part, is_whole)
        for part in reads(name)
        if is_part(part) and (is_whole or part not in SUMS_OF_FAMILIES)
    }
    return _assembled(query, {part: body for part, (_, body) in query.parts.items()}, before, query.last)


def parsed(text: str) -> Query:
    """Split a rendered model into its parts, as the house writes them: one to a paragraph, closed at the margin."""
    says, parts, last, notes = [], {}, [], []
    name, body = None, []
    has_begun = False
    for line in text.split("\n"):
        if name is not None:
            if line in (")", "),"):
                parts[name] = ("\n".join(notes), "\n".join(body))
                name, body, notes = None, [], []
            else:
                body.append(line)
        elif found := _PART.match(line):
            name = found[1]
        elif line in ("with", "with recursive"):
            has_begun = True
        elif line.startswith("--"):
            (notes if has_begun else says).append(line)
        elif line:
            last.append(line)
    return Query("\n".join(says), parts, "\n".join(last))


def _assembled(query: Query, kept: dict[str, str], before: dict[str, str], last: str) -> str:
    written = [f"{name} as (\n{_indented(body)}\n)" for name, body in before.items()]
    for name, body in kept.items():
        note = query.parts[name][0]
        written.append((f"{note}\n" if note else "") + f"{name} as (\n{body}\n)")
    return "\n\n".join(["with", ",\n\n".join(written), last]) if written else last


def _kept(query: Query, measure_code: str) -> dict[str, str]:
    """Return the bodies of the parts that count towards a measure, without the others' branches of their unions."""
    kept: dict[str, str] = {}
    wanted = [(name, False) for name in _READ.findall(query.last) if name in query.parts]
    seen: set[tuple[str, bool]] = set()
    while wanted:
        name, is_own = wanted.pop()
        if (name, is_own) in seen:
            continue
        seen.add((name, is_own))
        branches = query.parts[name][1].split(_UNION)
        chosen = branches if is_own or (name, True) in seen else _chosen(query, branches, measure_code)
        if len(chosen) >= len(kept.get(name, "").split(_UNION)) or name not in kept:
            kept[name] = _UNION.join(chosen)
        for branch in chosen:
            # What a measure's own lines read is read whole, whatever else is named there.
            below = is_own or measure_code in _CODE.findall(branch)
            wanted += [(read, below) for read in _READ.findall(branch) if read in query.parts and read != name]
    return {name: kept[name] for name in query.parts if name in kept}


def _chosen(query: Query, branches: list[str], measure_code: str) -> list[str]:
    if len(branches) == 1:
        return branches
    told = [_codes(query, branch, ()) for branch in branches]
    named = [branch for branch, codes in zip(branches, told, strict=True) if codes and measure_code in codes]
    # A branch that works out its code may be any measure's; one that names others is theirs.
    open_ones = [branch for branch, codes in zip(branches, told, strict=True) if not codes]
    return named or open_ones or branches


def _codes(query: Query, branch: str, passed: tuple[str, ...]) -> frozenset[str] | None:
    """Return the measures that a branch names: none for rows of no measure, None where it works the code out."""
    named = frozenset(_CODE.findall(branch))
    if named:
        return named
    if _COMPUTED.search(branch):
        return None
    found: frozenset[str] = frozenset()
    for name in _READ.findall(branch):
        if name in query.parts and name not in passed:
            for inner in query.parts[name][1].split(_UNION):
                codes = _codes(query, inner, (*passed, name))
                if codes is None:
                    return None
                found |= codes
    return found


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


@cache
def _environment() -> Any:
    from jinja2 import Environment, StrictUndefined

    # As dbt renders: no escaping, for this is SQL, and an unknown name is an error.
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.globals |= {
        "ref": relation,
        "config": lambda **settings: "",
        "var": _variable,
        "execute": True,
        "return": _give_back,
    }
    texts = [path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").glob("*.sql"))]
    texts = [text for text in texts if not NO_PART_OF_A_QUERY.search(text)]
    module = environment.from_string("\n".join(texts)).module
    environment.globals |= {name: _returning(value) for name, value in vars(module).items() if callable(value)}
    return environment


class _Returned(Exception):
    """Carries what a macro gives back by `return`, which dbt alone knows."""


def _returning(macro: Callable[..., Any]) -> Callable[..., Any]:
    def called(*given: Any, **named: Any) -> Any:
        try:
            return macro(*given, **named)
        except _Returned as returned:
            return returned.args[0]

    return called


def _give_back(value: Any) -> None:
    raise _Returned(value)


def _variable(name: str) -> str:
    settings = yaml_files.read(PROJECT / "dbt_project.yml")["vars"]
    return settings.get(name, f":{name}")
