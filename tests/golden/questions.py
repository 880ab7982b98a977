"""Write the results of the worked questions anew: ask the made-up region each of them and print what it answers.

    .venv/bin/python -m tests.golden.questions

Takes about three minutes, in a state folder of its own. The test beside it compares; only this command writes.
"""

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.golden.region import built
from warehouse import connection
from warehouse.paths import ROOT

PAGE = ROOT / "docs" / "worked_questions.md"
DIGITS = 9
"""Of a number that no query rounds: as many as every machine agrees on."""
NOTHING = "No rows."
# Official statistics are published of real organisations, and say nothing that is not public.
REAL = "select count(*) from marts.dim_organisation where not is_made_up and organisation_kind <> 'national_statistics'"


def questions(page: str) -> Iterator[re.Match]:
    """Each question of the page with its query and the result that stands under it."""
    return re.finditer(
        r"^## \d+\. (?P<question>[^\n]+)$(?P<words>.*?)^```sql\n(?P<query>.*?)^```\n(?P<result>.*?)(?=^## |\Z)",
        page,
        re.MULTILINE | re.DOTALL,
    )


def answer(opened: Any, query: str) -> str:
    """The rows as a table in Markdown; of none, a line that says so."""
    with opened.cursor() as cursor:
        cursor.execute(query)
        heads = [column.name for column in cursor.description]
        rows = [[_said(value) for value in row] for row in cursor]
    if not rows:
        return f"{NOTHING}\n"
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        return f"{value:.{DIGITS}g}"
    return str(value)


def answered(opened: Any, page: str) -> str:
    """The page with every result as the warehouse gives it now."""
    for found in reversed(list(questions(page))):
        page = f"{page[: found.start('result')]}\n{answer(opened, found['query'])}\n{page[found.end('result') :]}"
    return f"{page.rstrip()}\n"


def write() -> None:
    """Write the page anew from the warehouse that is spoken to, which must hold nobody real: the page hides nothing."""
    with connection.connect("analyst") as opened:
        _refuse_real_people(opened)
        page = answered(opened, PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(f"{len(list(questions(page)))} worked questions written\n")


def _refuse_real_people(opened: Any) -> None:
    with opened.cursor() as cursor:
        cursor.execute(REAL)
        (real,) = cursor.fetchone()
    if real:
        raise SystemExit("not written: this warehouse holds real organisations, and the page shows true small numbers")


def main() -> None:
    """Build the region in a folder of its own and write the page."""
    with built():
        write()


if __name__ == "__main__":
    main()
