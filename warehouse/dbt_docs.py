"""Put dbt's own documentation of the models into one page that needs nothing else; a project gives the same bytes."""

import contextlib
import hashlib
import json
import re
import tempfile
from pathlib import Path

from warehouse import build
from warehouse.connection import connect, database

PASSING = {"created_at", "root_path", "compiled_path", "build_path"}
"""What a node says of when and where it was read, and not of itself."""
LASTING = ("dbt_schema_version", "dbt_version", "adapter_type", "project_name", "send_anonymous_usage_stats")
"""What both files say of themselves that is so at every run."""

OVERVIEW = """
# The models of the warehouse

Every table that people read, its columns, how it is made and what is tested of it. On the left are the models by
folder: `marts` is for analysts, `published` is what the report reads. The round button at the bottom right draws what
a model is made from, and what is made from it.

[Back to the site](../index.html)
"""


def page() -> bytes | None:
    """Return the page; None before the first build. Raises BuildFailed when dbt cannot describe the project.

    It is kept beside dbt's own files until the next build: dbt takes longer to describe a project than to parse it.
    """
    with connect("transformer") as connection:
        built = build.latest(connection)
    if built is None:
        return None
    of_us = (sorted(built.items()), build.code_version(), Path(__file__).read_bytes())
    named = hashlib.sha256(repr(of_us).encode()).hexdigest()
    kept = build.work_folder() / f"models-{database()}-{named[:16]}.html"
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    content = _made(built)
    with tempfile.NamedTemporaryFile(dir=build.work_folder(), delete=False) as draft:
        draft.write(content)
    Path(draft.name).replace(kept)
    for older in set(build.work_folder().glob(f"models-{database()}-*.html")) - {kept}:
        older.unlink(missing_ok=True)
    return content


def _made(built: dict) -> bytes:
    manifest, catalogue = (_lasting(one) for one in build.described(built))
    for doc in manifest["docs"].values():
        if doc["name"] == "__overview__":
            doc["block_contents"] = OVERVIEW
    text = _frame()
    for place, content in (("MANIFEST", manifest), ("CATALOG", catalogue)):
        text = text.replace(f'"{place}.JSON INLINE DATA"', _inline(content))
    return text.encode()


def _frame() -> str:
    """dbt's page, with a word to search engines, and without what asks a server for files that nobody has."""
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    text = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    text = re.sub(r'<link rel="(?:canonical|shortcut icon)"[^>]*>', "", text)
    # Else a browser asks for each icon by the name of the expression that is to be put in its place.
    text = text.replace(' xlink:href="{{', ' ng-attr-xlink:href="{{')
    return text.replace('<meta charset="utf-8">', '<meta charset="utf-8"><meta name="robots" content="noindex">', 1)


def _lasting(artefact: dict) -> dict:
    """Return a manifest or catalogue without what changes from run to run, or names this machine."""
    lasting = {
        section: {
            name: {key: value for key, value in one.items() if key not in PASSING} if isinstance(one, dict) else one
            for name, one in content.items()
        }
        if isinstance(content, dict)
        else content
        for section, content in artefact.items()
    }
    return lasting | {"metadata": {key: value for key, value in artefact["metadata"].items() if key in LASTING}}


def _inline(content: dict) -> str:
    # Inside a script element: no text of a model may end it.
    return json.dumps(content, sort_keys=True, default=str).replace("</", "<\\/")
