"""Gather from the timetable's own pages what each red task means, and what to do about it in the morning."""

import ast
import re
from collections.abc import Iterator

from warehouse.paths import ROOT

DAGS = ROOT / "dags"
_ROW = re.compile(r"^\| `(\w+)` \|.*\|$")


def page(header: str) -> Iterator[str]:
    """Yield the page of all red tasks, line by line."""
    yield "# Red tasks"
    yield f"\n{header}"
    yield (
        "\nEvery task tries again first: those of `ingest_*` five times over some hours, the others three times.\n"
        "What is still red in the morning means this; Airflow shows the same on each DAG's own page."
    )
    for dag, rows in tables().items():
        yield f"\n## {dag}"
        yield "\n| red task | what it means | what to do in the morning |\n|---|---|---|"
        yield from rows


def tables() -> dict[str, list[str]]:
    """Return the rows of each DAG's table of red tasks, by its name; that of each sender's is `ingest_*`."""
    found = {}
    for path in sorted(DAGS.glob("*.py")):
        rows = [line for line in _doc(path.read_text(encoding="utf-8")).splitlines() if _ROW.match(line)]
        if rows:
            found["ingest_*" if path.stem == "ingest" else path.stem] = rows
    return found


def _doc(text: str) -> str:
    """Return the constant DOC of a DAG's file: read, not imported, since what lies above is not ours to run."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOC":
            return ast.literal_eval(node.value)
    return ""
