"""Write the golden figures anew: load and build the made-up region from its files and list what the report would print.

The worked questions of docs/worked_questions.md are answered anew with them: they are of the same region.

    .venv/bin/python -m tests.golden.write

Takes about two minutes, in a state folder of its own. Commit the file with a line in the message that begins `Golden:`
and says why the figures changed.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.golden import questions
from tests.golden.region import built

GOLDEN = Path(__file__).with_name("figures.csv")
HEADS = ("figure_id", "value", "value_state")
# Points of charts and days of single things said are held by tests of their own and would drown the rest.
WANTED = """
    select figure_id, value, value_state
    from published.pub_figures
    where edition_id = %s
        and section not in ('series', 'quality')
        and breakdown_kind <> 'day'
        and statistic <> 'days'
    union all
    select figure_id, value, value_state
    from published.pub_figures
    where edition_id = %s
        and (
            figure_id like 'spc/%%/2026-06/%%' or figure_id like 'longest_wait%%'
            or figure_id like 'change_days_late%%' or figure_id like 'rows_%%/all'
        )
"""


def golden_rows(opened: Any, edition_id: str) -> list[tuple[str, str, str]]:
    """The figures as text, in order of their id: nine significant digits are what every machine agrees on."""
    with opened.cursor() as cursor:
        cursor.execute(WANTED, (edition_id, edition_id))
        rows = [(name, "" if value is None else f"{value:.9g}", state) for name, value, state in cursor]
    return sorted(rows)


def read() -> list[tuple[str, ...]]:
    with GOLDEN.open(encoding="utf-8", newline="") as content:
        head, *rows = csv.reader(content)
    assert tuple(head) == HEADS
    return [tuple(row) for row in rows]


def write(rows: Iterable[tuple[str, ...]]) -> None:
    with GOLDEN.open("w", encoding="utf-8", newline="") as content:
        writer = csv.writer(content, lineterminator="\n")
        writer.writerow(HEADS)
        writer.writerows(rows)


def differences(expected: Iterable[tuple], found: Iterable[tuple]) -> Iterator[str]:
    """One line for each figure that is new, gone or other than it was."""
    before, now = ({row[0]: row[1:] for row in rows} for rows in (expected, found))
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{name}: {_said(before.get(name))} -> {_said(now.get(name))}"


def _said(row: tuple | None) -> str:
    return "not there" if row is None else " ".join(part for part in row if part)


def main() -> None:
    """Build the region in a folder of its own and write the file, and the answers to the worked questions."""
    from tests.truth.published import EDITION, published

    with built():
        with published() as report:
            rows = golden_rows(report.opened, EDITION)
        questions.write()
    changed = list(differences(read(), rows)) if GOLDEN.exists() else []
    write(rows)
    sys.stdout.write("".join(f"{line}\n" for line in changed))
    sys.stdout.write(f"{len(rows)} figures written, {len(changed)} of them changed\n")


if __name__ == "__main__":
    main()
