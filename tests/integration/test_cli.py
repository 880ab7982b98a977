"""What the command line prints of a real warehouse: one line per row asked for, in the role it promises."""

import contextlib
import csv
import io
import json
import math
from pathlib import Path

import psycopg2
import pytest
from typer.testing import CliRunner

from assure import cli
from warehouse import connection, spc

ORACLE = Path(__file__).resolve().parents[1] / "data" / "spc" / "spc_points_expected.csv"


@pytest.fixture
def assure(shared_warehouse):
    """Call with arguments to run the command on an empty warehouse."""
    return lambda *arguments: CliRunner().invoke(cli.app, list(arguments))


def same(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return one == other


def test_spc_prints_one_row_for_each_row_it_reads_and_equals_the_oracle(assure):
    printed = assure("spc", str(ORACLE), "--csv")
    assert printed.exit_code == 0, printed.output
    found = list(csv.DictReader(io.StringIO(printed.stdout)))
    expected = list(csv.DictReader(io.StringIO(ORACLE.read_text(encoding="utf-8"))))
    assert len(found) == len(expected) == 1727
    assert tuple(found[0]) == spc.COLUMNS
    differing = [
        (number, name)
        for number, (row, wanted) in enumerate(zip(found, expected, strict=True))
        for name in spc.COLUMNS
        if not same(row[name], wanted[name])
    ]
    assert differing == []


def test_spc_judges_by_the_rules_it_is_told_and_refuses_a_name_it_does_not_know(assure):
    by_package, by_sql = (
        list(csv.DictReader(io.StringIO(assure("spc", str(ORACLE), "--csv", *rules).stdout)))
        for rules in ([], ["--rules", "making_data_count_concern"])
    )
    assert len(by_sql) == len(by_package)
    assert by_sql != by_package
    refused = assure("spc", str(ORACLE), "--rules", "nelson")
    assert refused.exit_code == 2
    assert all(name in refused.output for name in spc.rule_sets())


def test_sql_answers_as_the_analyst(assure):
    assert assure("sql", "select current_user as who", "--csv").stdout == "who\nanalyst\n"


def test_the_printed_address_opens_the_warehouse_as_the_analyst(assure):
    with contextlib.closing(psycopg2.connect(assure("address").stdout.strip())) as opened, opened.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("analyst",)


def test_the_file_for_power_bi_leads_to_the_warehouse_and_holds_no_password(assure, tmp_path):
    password = connection.password("analyst")
    written = tmp_path / "assurance.pbids"
    said = assure("address", "--pbids", str(written))
    assert said.exit_code == 0
    assert password not in said.output + written.read_text(encoding="utf-8")
    ((source),) = json.loads(written.read_text(encoding="utf-8"))["connections"]
    host, _, port = source["details"]["address"]["server"].rpartition(":")
    there = {"host": host, "port": port, "dbname": source["details"]["address"]["database"]}
    with contextlib.closing(psycopg2.connect(**there, user="analyst", password=password)) as opened:
        with opened.cursor() as cursor:
            cursor.execute("select current_database(), current_user")
            assert cursor.fetchone() == (there["dbname"], "analyst")


def test_the_line_for_odbc_leads_to_the_warehouse_and_holds_no_password(assure):
    line = assure("address", "reporter", "--odbc").stdout.strip()
    assert connection.password("reporter") not in line
    parts = dict(part.split("=", 1) for part in line.rstrip(";").split(";"))
    there = {"host": parts["Server"], "port": parts["Port"], "dbname": parts["Database"], "user": parts["Uid"]}
    with contextlib.closing(psycopg2.connect(**there, password=connection.password("reporter"))) as opened:
        assert opened.info.user == "reporter"


def test_an_address_is_asked_for_in_one_form_and_written_where_one_may_write(assure, tmp_path):
    assert assure("address", "--odbc", "--pbids", str(tmp_path / "a.pbids")).exit_code == 2
    refused = assure("address", "--pbids", str(tmp_path / "nowhere" / "a.pbids"))
    assert refused.exit_code == 2
    assert "cannot write" in refused.output


@pytest.mark.parametrize("question", ["select * from raw.input", "create table marts.mine (a int)", "selekt"])
def test_sql_refuses_what_the_analyst_may_not_do_and_says_why(assure, question):
    answered = assure("sql", question)
    assert answered.exit_code == 2
    assert answered.stdout == ""
    assert answered.stderr.startswith("assure: ")
    assert answered.stderr.count("\n") == 1


def test_status_of_an_empty_warehouse_says_what_to_do(assure):
    shown = assure("status")
    assert shown.exit_code == 0
    assert "assure build" in shown.stdout


def test_status_is_also_json_a_page_and_a_message(assure, tmp_path):
    said = json.loads(assure("status", "--json", "--as-of", "2026-07-29").stdout)
    assert (said["as_of"], said["feeds"], said["built"]) == ("2026-07-29T06:00:00+01:00", [], None)
    path = tmp_path / "status.html"
    assert assure("status", "--page", str(path), "--as-of", "2026-07-29").stdout == f"{path}\n"
    assert "<h1>How things stand, 29 July 2026 06:00</h1>" in path.read_text(encoding="utf-8")
    # The project's own provider files are read, and their agreements last.
    message = assure("status", "--digest", "--as-of", "2026-07-29")
    assert message.stdout == "There is nothing to tell this morning.\n"
    assert "runs that ended red are not in this" in message.stderr
    refused = assure("status", "--page", str(tmp_path / "nowhere" / "status.html"))
    assert refused.exit_code == 2


def test_a_report_before_anything_was_loaded_says_what_to_do(assure):
    shown = assure("report", "--quarter", "2026-27-Q1")
    assert shown.exit_code == 1
    assert "assure load" in shown.stderr


@pytest.mark.parametrize("command", ["release", "withdraw"])
def test_a_decision_about_a_load_that_is_not_there_is_wrong_use(assure, command):
    from warehouse.ledger import LedgerError

    ended = assure(command, "7", "--because", "it is late")
    assert isinstance(ended.exception, LedgerError)
