"""The walk through adding a sender works as written: its files are saved, its commands typed, its answers compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import give_parsed_project
from warehouse import server

PROJECT = Path(__file__).resolve().parents[2]
WALK = (PROJECT / "docs" / "adding_a_sender.md").read_text(encoding="utf-8")
SENT_AT = 1783670400
"""10 July 2026, when the sample came."""


def steps(text: str) -> list[tuple[str, str, str]]:
    """Return every fenced block that is a file to save or a console: (kind, file name, content)."""
    found = re.findall(r"^```(csv|yaml|console) ?(\S*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [step for step in found if step[0] == "console" or step[1]]


def commands(console: str) -> list[tuple[str, list[str]]]:
    """Return each command of a console block, with the lines it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in console.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


class Reader:
    """Somebody who follows the walk in a shell, in an empty folder; what one command exports the next one has."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder = folder
        self.environment = environment

    def save(self, name: str, content: str) -> None:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        os.utime(path, (SENT_AT, SENT_AT))

    def types(self, command: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", f"{command}\nended=$?\nenv -0 > .environment\nexit $ended"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout
        kept = (self.folder / ".environment").read_text(encoding="utf-8")
        self.environment = dict(line.split("=", 1) for line in kept.split("\0") if "=" in line)
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def walked(tmp_path_factory, parsed_project) -> list[tuple[str, list[str], list[str]]]:
    """The walk from its first block to its last: each command, what it is said to print, and what it printed."""
    folder = tmp_path_factory.mktemp("walk")
    state = tmp_path_factory.mktemp("walk-state")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSURE_", "AIRFLOW"))}
    environment |= {
        "ASSURE_STATE": str(state),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "COLUMNS": "400",
    }
    reader, seen = Reader(folder, environment), []
    server.start(state, durable=False)
    give_parsed_project(state, parsed_project)
    try:
        for kind, name, content in steps(WALK):
            if kind != "console":
                reader.save(name, content)
                continue
            seen += [(command, said, reader.types(command)) for command, said in commands(content)]
    finally:
        server.stop(state)
    return seen


def test_every_command_of_the_walk_prints_what_the_walk_says(walked):
    # Spaces of a table depend on what else stands in it.
    missing = [
        (command, line)
        for command, said, printed in walked
        for line in said
        if not any(" ".join(line.split()) in " ".join(one.split()) for one in printed)
    ]
    assert missing == []


def test_the_walk_leads_from_the_sample_into_the_marts(walked):
    typed = [command for command, _, _ in walked]
    named = ("new-provider", "check", "load", "build", "sql", "reply")
    places = [next(place for place, one in enumerate(typed) if one.startswith(f"assure {name}")) for name in named]
    assert places == sorted(places)


def test_no_command_of_the_walk_prints_a_word_that_somebody_said(walked):
    printed = "\n".join(line for _, _, lines in walked for line in lines)
    assert not re.search(r"door bell|garden room|example\.org|ramp|Neighbour", printed)
