"""`assure check` runs where there is no POSIX, no database and no scheduler: on the laptop of who sends the file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests.made_up_sender import INCIDENTS, provider_file

PROJECT = Path(__file__).resolve().parents[2]
POSIX_ONLY = ("resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog", "_posixshmem", "_posixsubprocess_")
NOT_NEEDED = ("airflow", "great_expectations", "dbt", "sqlalchemy", "alembic", "fsspec", "sshfs", "pyarrow", "pandas")

BLOCK = f"""
import os, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {POSIX_ONLY + NOT_NEEDED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
for name in {POSIX_ONLY!r}:
    sys.modules.pop(name, None)
for name in ("getuid", "geteuid", "getgid", "getsid", "fork", "chown", "getpgid", "setsid", "umask_"):
    if hasattr(os, name):
        delattr(os, name)
"""
CHECK = (
    BLOCK
    + """
sys.executable = sys.argv.pop(1)
sys.argv[0] = "assure"
from assure.cli import main
main()
"""
)
CHILD = (
    BLOCK
    + """
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
)
ROWS = [["Ref", "Happened", "Reported", "Ward", "Kind", "Notes"]] + [
    [f"I-{number}", "03/06/2026", "04/06/2026", "Alder", "SELFH", "—"] for number in range(30)
]


@pytest.fixture
def elsewhere(tmp_path):
    """Call with a file's name to check it as Windows would: none of POSIX, ASCII by default, a terminal of 1987."""
    python = tmp_path / "python"
    # Stands in for the interpreter that a workbook is read by: `python -I child.py …`.
    (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")
    python.write_text(
        f'#!/bin/sh\nshift\nexec "{sys.executable}" -I "{tmp_path / "child.py"}" "$@"\n', encoding="utf-8"
    )
    python.chmod(0o755)
    feeds = {
        "incidents": INCIDENTS,
        "book": INCIDENTS
        | {"files": "book_{period:%Y-%m}.xlsx", "format": {"kind": "workbook", "dates": ["%d/%m/%Y"]}},
        "list": INCIDENTS | {"files": "list_{period:%Y-%m}.json", "format": {"kind": "json", "dates": ["%d/%m/%Y"]}},
    }
    document = provider_file(code="zz1", door={"url": tmp_path.as_uri()}, feeds=feeds)
    (tmp_path / "zz1.yml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def check(name: str, *more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-X", "utf8=0", "-c", CHECK, python, "check", name, "--as-of", "2026-07-29", *more],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(PROJECT),
                "PYTHONIOENCODING": "cp850",
                "PYTHONCOERCECLOCALE": "0",
                "LC_ALL": "C",
                "ASSURE_PROVIDERS": str(tmp_path),
                "ASSURE_STATE": str(tmp_path / "state"),
            },
            capture_output=True,
            check=False,
        )

    return check


def written(folder: Path, kind: str) -> str:
    if kind == "csv":
        (folder / "incidents_2026-06.csv").write_text("\n".join(map(",".join, ROWS)), encoding="utf-8")
        return "incidents_2026-06.csv"
    if kind == "json":
        rows = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
        (folder / "list_2026-06.json").write_text(json.dumps(rows), encoding="utf-8")
        return "list_2026-06.json"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(folder / "book_2026-06.xlsx")
    return "book_2026-06.xlsx"


@pytest.mark.parametrize("kind", ["csv", "json", "workbook"])
def test_a_file_gets_its_verdict_without_posix_database_or_scheduler(elsewhere, tmp_path, kind):
    done = elsewhere(written(tmp_path, kind), "--provider", "zz1")
    assert (done.stderr, done.returncode) == (b"", 0)
    assert done.stdout.startswith(b"accept: feed ")
    assert b"30 rows read; kept 30 incident" in done.stdout


def test_the_sender_is_found_by_the_files_name_and_a_letter_the_terminal_lacks_is_no_fault(elsewhere, tmp_path):
    rows = [f"I-{number},31/06/2026,,,SELFH," for number in range(25)]
    (tmp_path / "incidents_2026-05.csv").write_text("\n".join([",".join(ROWS[0]), *rows]), encoding="utf-8")
    done = elsewhere("incidents_2026-05.csv")
    assert (done.stderr, done.returncode) == (b"", 1)
    assert b"refuse: feed incidents" in done.stdout
    assert b"more" in done.stdout.splitlines()[-3]
