"""The rooms keep to themselves: who imports whom, who may ask the time, and what may be said in a log."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

BELOW = ("demo", "expectations", "loaders", "report", "warehouse")
"""Rooms that take `as_of` and never ask what time it is."""
CLOCK = {"now", "today", "utcnow"}
SQL_CLOCK = re.compile(
    r"\bnow\s*\(|\bcurrent_(?:date|time|timestamp)\b|\blocaltime(?:stamp)?\b|\bget_current_timestamp\b"
    r"|\b(?:clock|statement|transaction)_timestamp\b|\btimeofday\b|\brun_started_at\b|modules\.datetime",
    re.IGNORECASE,
)
SPEAKS_FREELY = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "lib"}
LOGGED = {"sender", "feed", "load_id", "rows", "build_id", "port", "path", "data_directory", "schema"}
"""What a log may hold beside its sentence: names and counts of ours, never a cell."""
FILLED_IN = {"provider.code", "load_id", "path"}
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


@pytest.fixture(scope="module")
def modules(texts) -> dict[Path, ast.Module]:
    """Every Python file, parsed."""
    return {path: ast.parse(text) for path, text in texts.items() if path.suffix == ".py"}


def below(modules):
    return {path: tree for path, tree in modules.items() if path.parts[0] in BELOW}


def strings(tree: ast.Module):
    """Yield the string constants of a module that are no docstrings."""
    described = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in described:
            yield node


def test_every_room_imports_only_what_it_may(project):
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([linter, "--no-cache"], cwd=project, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_only_dags_and_the_command_line_ask_what_time_it_is(modules):
    asked = [
        f"{path}:{node.lineno}"
        for path, tree in below(modules).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (
            (node.attr in CLOCK and ast.unparse(node.value).rpartition(".")[2] in ("datetime", "date"))
            or ast.unparse(node) in ("time.time", "time.time_ns", "time.localtime", "time.gmtime")
        )
    ]
    assert asked == []


def test_no_sql_asks_what_time_it_is(modules, texts):
    asked = [
        f"{path}:{node.lineno}"
        for path, tree in below(modules).items()
        for node in strings(tree)
        if SQL_CLOCK.search(node.value)
    ]
    asked += [
        f"{path}:{number}"
        for path, text in texts.items()
        if path.parts[0] == "dbt_project" and path.suffix in (".sql", ".yml")
        for number, line in enumerate(text.splitlines(), start=1)
        if SQL_CLOCK.search(line)
    ]
    assert asked == []


def test_a_module_is_called_what_it_holds(modules):
    assert [path for path in modules if {path.stem, *path.parts[:-1]} & SPEAKS_FREELY] == []


def test_a_log_holds_names_and_counts_and_nothing_else(modules):
    faults = []
    for path, tree in below(modules).items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if ast.unparse(node.func.value) not in ("log", "logger", "logging") or node.func.attr not in LEVELS:
                continue
            sentence, *more = node.args
            # A state of the ledger is a word of ours; so is a choice between two sentences.
            said = isinstance(sentence, ast.Constant | ast.IfExp) or ast.unparse(sentence) == "state"
            filled = all(ast.unparse(word) in FILLED_IN or _is_constant(word) for word in more)
            extras = [word for word in node.keywords if word.arg == "extra" and isinstance(word.value, ast.Dict)]
            keys = {ast.literal_eval(key) for word in extras for key in word.value.keys}
            only_extras = len(extras) == len(node.keywords) and keys <= LOGGED and node.func.attr != "exception"
            if not (said and filled and only_extras):
                faults.append(f"{path}:{node.lineno}")
    assert faults == []


def _is_constant(word: ast.expr) -> bool:
    return ast.unparse(word).rpartition(".")[2].isupper()


def test_nothing_below_the_command_line_prints(modules):
    printed = [
        f"{path}:{node.lineno}"
        for path, tree in below(modules).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "pprint")
    ]
    assert printed == []


def test_no_test_looks_outside_the_project(modules):
    # A browser is the one thing that no package brings; a path below /etc is one that a sender must not reach.
    allowed = re.compile(r"/(usr/bin(/chromium)?|etc/\w+)?$")
    faults = []
    for path, tree in modules.items():
        if path.parts[0] != "tests":
            continue
        for node in ast.walk(tree):
            climbs = (
                isinstance(node, ast.Subscript)
                and ast.unparse(node.value).endswith(".parents")
                and isinstance(node.slice, ast.Constant)
                and node.slice.value >= len(path.parts)
            )
            at_home = isinstance(node, ast.Attribute) and node.attr in ("home", "expanduser")
            if climbs or at_home:
                faults.append(f"{path}:{node.lineno}")
        for node in strings(tree):
            if re.match(r"/[a-z]+(/[\w.-]+)+$", node.value) and not allowed.match(node.value):
                place = Path(node.value)
                if place.exists() or place.parent.exists():
                    faults.append(f"{path}:{node.lineno}")
    assert faults == []
