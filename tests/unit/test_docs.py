"""What the documents say is so: links lead somewhere, commands exist, counts and thresholds are the code's."""

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from assure import cli
from report import faces
from report.specimen import specimen
from warehouse import grants

PROJECT = Path(__file__).resolve().parents[2]
GUIDES = [
    PROJECT / name
    for name in (
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "docs/for_data_teams.md",
        "docs/adding_a_sender.md", "docs/runbook.md", "docs/for_analysts.md", "docs/power_bi_and_excel.md",
        "docs/for_readers.md", "docs/design.md",
    )
]  # fmt: skip
README = GUIDES[0].read_text(encoding="utf-8")
COMMANDS = get_command(cli.app).commands
each_guide = pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)


def commands(text: str) -> list[str]:
    """Return every command line in an indented or fenced block, without its comment."""
    text = text.replace("\\\n", " ")
    lines = re.findall(r"^    (\S.*)$", text, re.MULTILINE) + re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    return [re.sub(r"\s{2,}#.*", "", line) for line in lines]


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each_guide
def test_every_link_leads_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists() or (anchor and anchor not in anchors(place)):
            lost.append(target)
    assert lost == []


@each_guide
def test_every_command_in_a_guide_exists(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for line in commands(path.read_text(encoding="utf-8")):
        words = shlex.split(line.replace("$(", "").replace(')"', '"'))
        if words[0].endswith("assure"):
            _understood(words[1:])
        elif words[0] == "make":
            assert words[1] in targets
        elif words[:2] == ["docker", "compose"]:
            named = [word for word in words[2:] if word in services]
            assert named or words[2] == "up"
            if "assure" in words:
                _understood(words[words.index("assure") + 1 :])


def _understood(arguments: list[str]) -> None:
    if not arguments or arguments[0].startswith("-"):
        return
    called = []
    command = COMMANDS[arguments[0]]
    if hasattr(command, "commands"):
        command, arguments = command.commands[arguments[1]], arguments[1:]
    for argument in arguments[1:]:
        if argument.endswith(".csv"):
            Path(argument).touch()
    before, command.callback = command.callback, lambda **given: called.append(given)
    try:
        given = [argument for argument in arguments[1:] if not argument.startswith("<")]
        # `<code>` stands for a word of the reader's own.
        given += ["x"] * (len(arguments) - 1 - len(given))
        command.main(given, standalone_mode=False)
    finally:
        command.callback = before
    assert called


def test_every_guide_is_reached_from_the_readme():
    linked = {(PROJECT / target.partition("#")[0]).resolve() for target in re.findall(r"\]\(([^)\s]+)\)", README)}
    assert set(GUIDES[1:]) - {PROJECT / "CODE_OF_CONDUCT.md"} <= linked
    assert "CODE_OF_CONDUCT.md" in (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_readme_names_every_room():
    listed = set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE))
    rooms = {path.name for path in PROJECT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert rooms - {"docs", "build"} - {path for path in rooms if path.endswith(".egg-info")} == listed


def test_the_readme_names_every_variable_that_the_code_reads():
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("assure", "dags", "loaders", "report", "warehouse")
        for path in (PROJECT / room).rglob("*.py")
    )
    read = set(re.findall(r'environ(?:\.get\(|\[)\s*"(ASSURE_\w+)"', code))
    # Names for a checkout elsewhere, a second warehouse on one server, and a rotated key; and what is set for dbt.
    rare = {"ASSURE_ROOT", "ASSURE_DATABASE", "ASSURE_PSEUDONYM_KEY_VERSION", "ASSURE_DBT_DATABASE"}
    assert {name for name in read - rare if f"`{name}`" not in README} == set()
    for role in grants.roles():
        assert f"`ASSURE_{role.upper()}_PASSWORD`" in README


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(r"^## (\d+\.\d+\.\d+)", GUIDES[1].read_text(encoding="utf-8"), re.MULTILINE)[1] == version
    assert f"Version {version.rpartition('.')[0]} runs end to end" in README


def test_the_readme_counts_what_there_is():
    contracts = len(list((PROJECT / "expectations" / "contracts").glob("*.odcs.yaml")))
    assert f"{contracts} records have a contract" in README


def test_the_page_of_red_tasks_knows_every_task():
    guide = (PROJECT / "docs" / "generated" / "red_tasks.md").read_text(encoding="utf-8")
    written = {
        dag: set(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE))
        for dag, rows in re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", guide, re.MULTILINE | re.DOTALL)
    }
    tasks = {}
    for path in (PROJECT / "dags").glob("*.py"):
        named = {
            node.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
            and any(re.match(r"task\b", ast.unparse(decorator)) for decorator in node.decorator_list)
        }
        if named:
            tasks["ingest_*" if path.stem == "ingest" else path.stem] = named
    assert len(tasks) == 6
    assert tasks == written


def test_every_entry_of_the_runbook_says_what_to_do_and_is_shown_by_a_test_that_exists():
    runbook = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
    entries = re.split(r"^### ", runbook, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    for entry in entries:
        assert re.findall(r"^- \*\*([\w ]+):\*\*", entry, re.MULTILINE) == ["You see", "It means", "Do", "Shown by"], (
            entry
        )
        shown = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", entry)
        assert shown, entry
        for path, name in shown:
            defined = ast.parse((PROJECT / path).read_text(encoding="utf-8")).body
            assert name in [node.name for node in defined if isinstance(node, ast.FunctionDef)], (path, name)


def test_the_guide_for_data_teams_states_the_thresholds_of_the_code():
    from loaders import whole_file
    from warehouse.periods import DATA_CUT_WORKING_DAY

    guide = (PROJECT / "docs" / "for_data_teams.md").read_text(encoding="utf-8")
    assert f"more than {whole_file.MOST_SET_ASIDE:.0%}".replace("%", " %") in guide
    assert f"below {whole_file.LEAST_OF_SNAPSHOT:.0%}".replace("%", " %") in guide
    assert whole_file.LEAST_OF_PERIOD == 0.5
    assert f"fewer than {whole_file.FEWEST_TO_COMPARE} rows" in guide
    assert f"working day {DATA_CUT_WORKING_DAY} " in guide


def test_the_roles_of_the_analysts_guide_are_those_of_the_grants():
    guide = (PROJECT / "docs" / "for_analysts.md").read_text(encoding="utf-8")
    for role in ("analyst", "reviewer", "reporter"):
        said = re.search(rf"^\| `{role}` \| (.*) \|$", guide, re.MULTILINE)[1]
        granted = {target for target, by_role in grants.grants().items() if "select" in by_role.get(role, [])}
        named = set(re.findall(r"`(\w+)`", said))
        assert named | ({"marts", "published"} if "the same" in said else set()) == granted


def test_no_picture_is_heavy_and_each_is_shown():
    for path in (PROJECT / "docs" / "pictures").iterdir():
        assert path.stat().st_size < 200_000
        assert f"docs/pictures/{path.name}" in README


def test_the_readers_guide_names_files_that_an_edition_has():
    guide = (PROJECT / "docs" / "for_readers.md").read_text(encoding="utf-8")
    section = guide.partition("## The same report in other forms")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w.-]+\.[a-z]+(?:-metadata\.json)?)`", section)
    assert len(named) >= 8
    assert set(named) <= set(faces.of(specimen()))
