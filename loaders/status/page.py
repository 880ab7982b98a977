"""Put how things stand on one page that anyone may be shown: it names no file, since a file may be named anything."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

from loaders.status.standing import Standing, day, moment


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
    return environment.get_template("status.html.jinja").render(standing=standing, day=day, moment=moment)


def as_json(standing: Standing) -> str:
    """Return how things stand as JSON, for a data team's own tools: moments in ISO form, names of files too."""
    kept = {field.name: getattr(standing, field.name) for field in dataclasses.fields(standing)}
    return json.dumps(kept | {"attention": standing.attention}, default=_plain, indent=2, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return dataclasses.asdict(value)  # type: ignore[call-overload]
