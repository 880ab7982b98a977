"""Put how things stand on one page that anyone may be shown: it names no file, and says of no rows how many they are.

A file may be named anything, and a number of rows may be one that the report hides.
"""

import dataclasses
import datetime as dt
import json
from functools import cache
from pathlib import Path

from expectations.contract import load_contracts
from expectations.verdict import rulebook_rows
from loaders.status.standing import SetAside, Standing, day, moment


def page(standing: Standing) -> str:
    """Return how things stand as one HTML page that needs nothing else."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("status.html.jinja").render(
        standing=standing, day=day, moment=moment, meaning=_meaning
    )


def as_json(standing: Standing) -> str:
    """Return how things stand as JSON for a data team's own tools: ISO moments, names of files and numbers of rows."""
    kept = {field.name: getattr(standing, field.name) for field in dataclasses.fields(standing)}
    return json.dumps(kept | {"attention": standing.attention}, default=_plain, indent=2, ensure_ascii=False)


def _meaning(one: SetAside) -> dict[str, str]:
    """Return what a rule says is wrong and what mends it; nothing of a rule that the rulebook no longer has."""
    return _rulebook().get((one.record, one.rule), {"message": "", "remedy": ""})


@cache
def _rulebook() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["record"], row["rule"]): row for row in rulebook_rows(load_contracts())}


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return dataclasses.asdict(value)  # type: ignore[call-overload]
