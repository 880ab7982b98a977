"""The command line teaches who asks, refuses wrong use, and ends each failure in one line and the code it names."""

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from assure import cli, demonstration, screen
from loaders.doors.opening import DoorUnreachable
from warehouse.build import BuildFailed
from warehouse.ledger import LedgerError

PROJECT = Path(__file__).resolve().parents[2]
GROUPS = get_command(cli.app).commands
# The commands of a group go by both names: edition show.
COMMANDS = {
    " ".join(filter(None, (name, inner))): command
    for name, one in GROUPS.items()
    for inner, command in getattr(one, "commands", {"": one}).items()
}
each_command = pytest.mark.parametrize("name", sorted(COMMANDS))


@pytest.fixture
def assure(monkeypatch, capsys, tmp_path):
    """Call with arguments to run the command in this process; returns exit code, standard output and standard error."""
    monkeypatch.setenv("ASSURE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("ASSURE_DATABASE_URL", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["assure", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def failing(monkeypatch, error):
    """Let `assure stop` fail as if `error` had come up from below."""

    def fail(*_):
        raise error

    monkeypatch.setattr("warehouse.server.stop", fail)


def test_help_shows_what_there_is_in_groups():
    shown = CliRunner().invoke(cli.app, ["--help"]).output
    places = [shown.index(group) for group in ("Run it", "Look at it", "Add a sender", "Mend it", "Keep it current")]
    assert places == sorted(places)
    assert all(re.search(rf"^│ {name} ", shown, re.MULTILINE) for name in GROUPS)
    assert "Exit codes: 0 done" in shown


@each_command
def test_the_help_of_a_command_shows_how_it_is_called(name):
    shown = CliRunner().invoke(cli.app, [*name.split(), "--help"])
    assert shown.exit_code == 0
    assert re.search(rf"Example: .*\bassure {name}\b", " ".join(shown.output.split()))


@each_command
def test_the_example_of_a_command_is_one_it_understands(name, monkeypatch, tmp_path):
    command, called = COMMANDS[name], []
    example = command.epilog.removeprefix("Example: ")
    inside = re.search(r"\$\(([^)]*)\)", example)
    arguments = shlex.split(inside[1] if inside else example)[1 + len(name.split()) :]
    monkeypatch.chdir(tmp_path)
    for argument in arguments:
        if argument.endswith(".csv"):
            Path(argument).parent.mkdir(parents=True, exist_ok=True)
            Path(argument).touch()
    monkeypatch.setattr(command, "callback", lambda **given: called.append(given))
    command.main(arguments, standalone_mode=False)
    assert len(called) == 1


@each_command
def test_a_command_belongs_to_a_group_and_says_what_it_does_in_a_sentence(name):
    assert GROUPS[name.split()[0]].rich_help_panel in (cli.RUN, cli.ADD, cli.LOOK, cli.MEND, cli.KEEP)
    assert re.match(r"[A-Z].+\.", COMMANDS[name].help)


def test_without_a_command_the_help_is_shown(assure):
    _, out, err = assure()
    assert "Run it" in out + err


def test_the_version_is_the_packages(assure):
    code, out, _ = assure("--version")
    assert code == 0
    assert re.match(r"assure \d+\.\d+", out)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["lode"], "No such command"),
        (["load", "nowhere"], "there is no providers/nowhere.yml; there are national_statistics, zw1"),
        (["load", "--as-of", "yesterday"], "write a day as 2026-07-29"),
        (["build", "--quarter", "2026-Q2"], "can be read two ways"),
        (["check", "no such file.csv", "--provider", "zw1"], "does not exist"),
        (["release", "7"], "Missing option"),
        (["words", "--approve"], "say in which role"),
        (["bench", "--rows", "0"], "--rows"),
        (["address", "postgres"], "choose one of loader, transformer, analyst"),
    ],
)
def test_wrong_use_says_what_to_write_and_exits_with_2(assure, arguments, reason):
    code, _, err = assure(*arguments)
    assert code == screen.WRONG_USE
    assert reason in " ".join(re.sub(r"[│╭╮╰╯─]", " ", err).split())


def test_a_good_file_exits_with_0_and_a_bad_one_with_1(assure, tmp_path):
    sound = "service,kind,number\nA,contacts,12\n"
    good, bad = tmp_path / "activity_2026-06.csv", tmp_path / "activity_2026-05.csv"
    trust = (PROJECT / "providers" / "zw1.yml").read_text(encoding="utf-8")
    assert "activity_{period:%Y-%m}" in trust
    from loaders.senders.provider import load_provider

    heads = load_provider(PROJECT / "providers" / "zw1.yml").feeds["activity"].tables[0].wanted_headings
    good.write_text(",".join(heads) + "\n", encoding="cp1252")
    bad.write_text("<html>" + sound, encoding="cp1252")

    assert assure("check", str(bad), "--provider", "zw1", "--as-of", "2026-07-29")[0] == screen.BAD_DATA
    good.write_text("Nil return\n", encoding="cp1252")
    assert assure("check", str(good), "--provider", "zw1", "--as-of", "2026-07-29")[0] == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LedgerError("load 7 is refused;\n only held loads can be released"), screen.WRONG_USE),
        (DoorUnreachable("cannot list sftp door: ConnectionLost"), screen.BROKEN),
        (BuildFailed("dbt stopped at: fct_inputs; see more"), screen.BROKEN),
    ],
)
def test_an_error_of_ours_is_one_line_with_its_remedy(assure, monkeypatch, error, code):
    failing(monkeypatch, error)
    assert assure("stop") == (code, "", f"assure: {' '.join(str(error).split())}\n")


def test_an_unexpected_error_is_one_line_and_neither_it_nor_the_log_holds_a_value(assure, monkeypatch, tmp_path):
    failing(monkeypatch, ValueError("invalid literal for int(): 'her own words'"))
    code, out, err = assure("stop")
    log = tmp_path / "state" / "assure.log"
    assert (code, out) == (screen.BROKEN, "")
    assert err.startswith("assure: ValueError; where it happened: ")
    assert str(log) in err
    assert err.count("\n") == 1
    assert "in stop" in log.read_text(encoding="utf-8")
    assert "her own words" not in err + log.read_text(encoding="utf-8").replace('"her own words"', "")


def test_everything_is_shown_to_whoever_asks_for_it(assure, monkeypatch):
    failing(monkeypatch, ValueError("the whole story"))
    monkeypatch.setenv("ASSURE_DEBUG", "1")
    _, _, err = assure("stop")
    assert "Traceback" in err
    assert "the whole story" in err


def test_a_warehouse_that_does_not_answer_says_what_to_run(assure, monkeypatch):
    failing(monkeypatch, psycopg2.OperationalError('connection failed: FATAL:  database "assure" does not exist\n'))
    code, _, err = assure("stop")
    assert code == screen.BROKEN
    assert "assure bootstrap" in err


@pytest.mark.parametrize("setting", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_a_terminal_nothing_is_coloured(setting):
    shown = subprocess.run(
        [sys.executable, "-m", "assure.cli", "--help"],
        capture_output=True,
        check=True,
        cwd=PROJECT,
        env={**os.environ, **setting},
    )
    assert b"\x1b" not in shown.stdout + shown.stderr


def test_a_step_in_a_pipe_is_a_line_when_it_begins_and_a_line_when_it_ends(capsys):
    with cli.say.status("dbt builds"):
        assert capsys.readouterr().err == "dbt builds …\n"
    assert re.fullmatch(r"dbt builds: \d+ s\n", capsys.readouterr().err)


def test_a_table_in_a_pipe_is_plain_and_never_cut(capsys):
    long = "x" * 300
    screen.show(("sender", "file"), [("ZW1", long), ("NATIONAL_STATISTICS", None)])
    assert capsys.readouterr().out.splitlines() == [
        "sender               file",
        f"ZW1                  {long}",
        "NATIONAL_STATISTICS",
    ]


def test_a_log_line_ends_with_its_facts_and_with_nothing_else_it_carries():
    line = screen.WithFacts("%(levelname)s %(message)s").format(
        logging.makeLogRecord(
            {
                "levelname": "WARNING",
                "msg": "not fetched",
                "sender": "zw1",
                "feed": "incidents",
                "said": "her own words",
            }
        )
    )
    assert line == "WARNING not fetched: sender zw1, feed incidents"


def test_a_log_line_as_json_is_one_object_of_what_may_be_said():
    formatter = screen.AsJson()
    record = logging.LogRecord("loaders.load", logging.WARNING, "load.py", 1, "%s rows", ("two",), None)
    record.__dict__ |= {"load_id": 7, "rows": 412, "said": "her own words", "created": 1785304800.25}
    assert json.loads(formatter.format(record)) == {
        "time": "2026-07-29T06:00:00.250+00:00", "level": "warning", "logger": "loaders.load",
        "message": "two rows", "load_id": 7, "rows": 412,
    }  # fmt: skip
    try:
        int("her own words")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = formatter.format(record)
    assert json.loads(line)["error"] == "builtins.ValueError"
    assert json.loads(line)["at"][-1].startswith(__file__)
    assert "her own words" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("given", "code"), [({"ASSURE_LOG_FORMAT": "json"}, 3), ({}, 3), ({"ASSURE_LOG_FORMAT": "xml"}, 2)]
)
def test_the_command_line_logs_as_it_is_asked_to(tmp_path, given, code):
    program = (
        "import logging; from assure import cli\n"
        "def app():\n"
        "    logging.getLogger('loaders.load').warning('not fetched', extra={'load_id': 7})\n"
        "    raise OSError\n"
        "cli.app = app; cli.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env=os.environ | {"ASSURE_STATE": str(tmp_path)} | given,
    )  # fmt: skip
    first, *_ = ended.stderr.splitlines()
    assert ended.returncode == code
    if code == 2:
        assert first == "assure: ASSURE_LOG_FORMAT is either text or json"
    elif given:
        said = json.loads(first)
        assert (said["logger"], said["message"], said["load_id"]) == ("loaders.load", "not fetched", 7)
    else:
        assert first == "WARNING loaders.load not fetched: load_id 7"


def test_a_demo_that_fails_says_which_task_and_why_and_no_value(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSURE_STATE", str(tmp_path / "state"))

    class Airflow:
        @staticmethod
        def run(dag_id, as_of, failures):
            failures |= {"land": ValueError("her own words"), "swap": BuildFailed("the marts are read without a pause")}
            return "failed"

    with pytest.raises(RuntimeError) as raised:
        demonstration._run(cli.say, Airflow, "ingest_zw1")
    said = str(raised.value)
    assert said.startswith("ingest_zw1 ended failed; land: ValueError; where it happened: ")
    assert said.endswith("; swap: the marts are read without a pause")
    assert "her own words" not in said


@pytest.mark.parametrize(
    ("role", "reason"), [("ann@example.org", "could identify a person"), (" ", "say in which role")]
)
def test_a_report_is_signed_off_in_a_role_that_may_be_printed(role, reason, assure):
    code, _, err = assure("report", "--quarter", "2026-27-Q1", "--sign-off", role)
    assert (code, reason in re.sub(r"[\s│]+", " ", err)) == (2, True)
    assert role.strip() == "" or role not in err


@pytest.mark.parametrize("out", [[], ["--out", "served"], ["--out", "served/drafts"], ["--out", "there/../served"]])
def test_drafts_are_never_written_to_where_the_site_is_served(assure, tmp_path, monkeypatch, out):
    monkeypatch.setenv("ASSURE_SITE_FOLDER", str(tmp_path / "served"))
    monkeypatch.chdir(tmp_path)
    code, shown, said = assure("site", "--with-drafts", *out)
    assert (code, shown) == (2, "")
    assert "name another folder by --out" in " ".join(said.split())
    assert not (tmp_path / "served").exists()
