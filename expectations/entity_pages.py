"""Draw how the marts hang together, from what their models declare: keys, foreign keys, and each fact's own day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from warehouse import yaml_files
from warehouse.model_sql import MODELS

ENTITIES = "docs/generated/entities.md"
STARS = "docs/generated/stars.md"
HEADER = "Generated from dbt_project/models by `assure generate`; do not edit."
LAYERS = ("marts", "compared")
CALENDAR = ("dim_date", "date_on")
QUARTERS = ("dim_quarter", "quarter_id")
MOST_DRAWN = 12
"""Tables in one drawing: more are too small to read, and are listed."""
NUMBERS = ("integer", "bigint", "smallint", "numeric", "double precision")


@dataclass(frozen=True)
class Join:
    """One way from a table to the one row of another: enforced by the database, or only by a name in common."""

    table: str
    column: str
    to_table: str
    to_column: str
    is_enforced: bool


@dataclass(frozen=True)
class Mart:
    """A table of the marts as its model describes it."""

    name: str
    description: str
    columns: dict[str, str]
    key: tuple[str, ...]
    day: str | None
    foreign: tuple[Join, ...] = field(default=())

    @property
    def is_dimension(self) -> bool:
        return self.name.startswith("dim_")


def pages() -> dict[str, str]:
    """Return the text of the two pages, by path below the root."""
    return {ENTITIES: _text(_entities()), STARS: _text(_stars())}


@cache
def marts() -> dict[str, Mart]:
    """Return every table that analysts see in marts, by name."""
    found = {}
    for layer in LAYERS:
        for path in sorted((MODELS / layer).rglob("*.yml")):
            for model in yaml_files.read(path).get("models", []):
                if model["name"].startswith(("dim_", "fct_", "bridge_", "mart_")):
                    found[model["name"]] = _mart(model)
    return dict(sorted(found.items()))


def joins(mart: Mart) -> list[Join]:
    """Return how a table joins others: its foreign keys, its day, and each column named as a dimension's key.

    A table with a day reaches its quarter through the calendar.
    """
    found = {join.column: join for join in mart.foreign}
    if mart.day:
        found[mart.day] = Join(mart.name, mart.day, *CALENDAR, False)
    for key, dimension in _keys_of_dimensions().items():
        is_by_calendar = key == QUARTERS[1] and mart.day
        # Versions and views of a dimension are other ways to look at it, and not joined to it.
        is_of_its_own = mart.is_dimension and key != QUARTERS[1]
        if (
            key in mart.columns
            and key not in found
            and mart.name != dimension
            and not is_by_calendar
            and not is_of_its_own
        ):
            found[key] = Join(mart.name, key, dimension, key, False)
    return list(found.values())


@cache
def active() -> frozenset[Join]:
    """Return the joins that may filter at once: by them no table has two ways to another, which Power BI refuses."""
    found = [join for mart in marts().values() for join in joins(mart)]
    # What each table reaches so far, itself with it.
    ways: dict[str, set[str]] = {name: {name} for name in marts()}
    chosen = []
    for join in sorted(found, key=_rank):
        above = [name for name, reached in ways.items() if join.table in reached]
        if all(ways[name].isdisjoint(ways[join.to_table]) for name in above):
            for name in above:
                ways[name] |= ways[join.to_table]
            chosen.append(join)
    return frozenset(chosen)


def _rank(join: Join) -> int:
    """Return how early a join is chosen: the calendar, then facts' dimensions, then what a bridge leads to."""
    is_bridge, is_dimension = join.table.startswith("bridge_"), join.table.startswith("dim_")
    to_dimension = join.to_table.startswith("dim_")
    if (join.table, join.to_table) == (CALENDAR[0], QUARTERS[0]):
        return 0
    if is_dimension:
        return 5
    if is_bridge:
        return 3 if to_dimension else 2
    return 1 if to_dimension else 4


@cache
def _keys_of_dimensions() -> dict[str, str]:
    return {
        mart.key[0]: mart.name
        for mart in marts().values()
        if mart.is_dimension and len(mart.key) == 1 and mart.name != CALENDAR[0]
    }


def _mart(model: dict) -> Mart:
    columns = model["columns"]
    keys = [(column["name"],) for column in columns if _has(column, "primary_key")]
    keys += [tuple(one["columns"]) for one in model.get("constraints", []) if one["type"] in ("primary_key", "unique")]
    foreign = tuple(
        Join(model["name"], column["name"], one["to"][len("ref('") : -len("')")], one["to_columns"][0], True)
        for column in columns
        for one in column.get("constraints", [])
        if one["type"] == "foreign_key"
    )
    return Mart(
        model["name"],
        model["description"],
        {column["name"]: column["data_type"] for column in columns},
        keys[0] if keys else (),
        model.get("config", {}).get("meta", {}).get("day"),
        foreign,
    )


def _has(column: dict, kind: str) -> bool:
    return any(one["type"] == kind for one in column.get("constraints", []))


def _entities() -> Iterator[str]:
    yield "# Entities of the marts"
    yield f"\n{HEADER}"
    yield (
        "\nA whole line is a foreign key that the database holds; a dotted one is a column of the same name, which may "
        "hold what no key can promise: the region's `ALL`, or a day that lies before the calendar begins. The star of "
        "each fact: [stars](stars.md)."
    )
    held = [join for mart in marts().values() for join in mart.foreign]
    yield "\n## Facts tied to facts"
    yield from _drawn(join for join in held if not marts()[join.to_table].is_dimension)
    for name in sorted({join.to_table for join in held if marts()[join.to_table].is_dimension}):
        yield f"\n## Tied to {name}"
        tied = sorted({f"`{join.table}`" for join in held if join.to_table == name})
        if len(tied) > MOST_DRAWN:
            yield f"\n{', '.join(tied)}."
        else:
            yield from _drawn(join for join in held if join.to_table == name)
    yield "\n## Relationships"
    yield (
        "\nEverything a model in Power BI needs, one row each: many to one, filtering from right to left. Those "
        "marked active may all be so at once: by them one way, and no second, leads from any table to each dimension. "
        "The others join when asked (USERELATIONSHIP), such as a decision's group beside the group of the work."
    )
    yield "\n| table | column | to | column | active | enforced |\n|---|---|---|---|---|---|"
    for mart in marts().values():
        for join in joins(mart):
            said = ["yes" if so else "no" for so in (join in active(), join.is_enforced)]
            ends = [f"`{name}`" for name in (join.table, join.column, join.to_table, join.to_column)]
            yield f"| {' | '.join(ends + said)} |"


def _stars() -> Iterator[str]:
    yield "# Stars"
    yield f"\n{HEADER}"
    yield (
        "\nEach fact with the dimensions it joins, its key and its numbers. Lines as in [entities](entities.md). What "
        "each column means stands in the database itself, and in the data dictionary."
    )
    facts = [mart for mart in marts().values() if mart.name.startswith("fct_")]
    yield ""
    yield from (f"- [{mart.name}](#{mart.name})" for mart in facts)
    for mart in facts:
        yield f"\n## {mart.name}"
        yield f"\n{mart.description}"
        if mart.day:
            yield f"\nIts day is `{mart.day}`."
        yield "\n```mermaid\nerDiagram"
        found = joins(mart)
        yield from (_line(join) for join in found)
        yield f"    {mart.name} {{"
        tied = {join.column for join in found}
        for column, kind in mart.columns.items():
            marks = [mark for mark, is_so in (("PK", column in mart.key), ("FK", column in tied)) if is_so]
            if marks or kind in NUMBERS:
                yield f"        {_kind(kind)} {column} {', '.join(marks)}".rstrip()
        yield "    }\n```"


def _drawn(lines: Iterable[Join]) -> Iterator[str]:
    yield "\n```mermaid\nerDiagram"
    yield from map(_line, lines)
    yield "```"


def _line(join: Join) -> str:
    dash = "--" if join.is_enforced else ".."
    return f"    {join.table} }}o{dash}o| {join.to_table} : {join.column}"


def _kind(data_type: str) -> str:
    return data_type.replace("[]", "_list").replace(" ", "_")


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"
