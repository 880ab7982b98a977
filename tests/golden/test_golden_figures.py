"""The published figures are those of the golden file, which changes only by command and with a reason."""

import subprocess

from tests.golden import write
from tests.truth.published import EDITION, published
from warehouse.paths import ROOT

REMEDY = "if this is meant: .venv/bin/python -m tests.golden.write, and say why in a line `Golden: …` of the commit"


def test_the_published_figures_are_the_golden_ones(loaded_region):
    with published() as report:
        found = write.golden_rows(report.opened, EDITION)
    assert len(found) > 300
    assert list(write.differences(write.read(), found)) == [], REMEDY


def test_every_commit_that_changed_the_golden_file_says_why():
    """An export without its history has nothing to ask; the checkout that continuous integration runs in has."""
    if not (ROOT / ".git").exists():
        return
    path = write.GOLDEN.relative_to(ROOT)
    # The commit that brought the file has nothing to explain; each that changed it has.
    log = ["git", "-C", str(ROOT), "log", "--diff-filter=M", "--format=%H%n%B%x00", "--", str(path)]
    told = subprocess.run(log, capture_output=True, text=True, check=True).stdout
    commits = [commit.strip() for commit in told.split("\0") if commit.strip()]
    silent = [
        commit.partition("\n")[0]
        for commit in commits
        if not any(line.startswith("Golden: ") and line[8:].strip() for line in commit.splitlines())
    ]
    assert silent == []
