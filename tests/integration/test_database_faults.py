"""Show that what the database says of a cell never reaches a log, a screen or a file: not from us, and not from dbt."""

import io
import logging
import os
import shutil
import socket
import traceback

import psycopg2
import pytest

from warehouse import bootstrap, build, connection
from warehouse.connection import OWNER, DatabaseFault, connect
from warehouse.paths import ROOT, state

CANARY = "canary words of hers"

QUOTES_A_CELL = {
    "a cell that is no number": "insert into audit.said (number) values ((select '{0}'::text)::integer)",
    "a row without what it needs": "insert into audit.said (words) values ('{0}')",
    "a key that is there already": "insert into audit.said values (1, '{0}'), (2, '{0}')",
}


@pytest.fixture
def told(warehouse_database):
    with connect(OWNER) as opened, opened.cursor() as cursor:
        cursor.execute("create table audit.said (number integer not null, words text unique)")


@pytest.mark.parametrize("statement", QUOTES_A_CELL.values(), ids=QUOTES_A_CELL)
def test_an_error_of_the_database_says_what_and_where_and_no_value(told, statement):
    with pytest.raises(DatabaseFault) as raised:  # noqa: PT012 - what the driver says inside is half of the story
        with connect(OWNER) as opened, opened.cursor() as cursor:
            with pytest.raises(psycopg2.Error, match=CANARY) as inside:
                cursor.execute(statement.format(CANARY))
            raise inside.value
    said = "".join(traceback.format_exception(raised.value))
    assert CANARY not in said
    assert inside.value.pgcode in said
    assert raised.value.sqlstate == inside.value.pgcode
    assert raised.value.cause_class == type(inside.value).__name__


def test_a_failed_copy_names_its_table_and_nothing_of_the_line(told):
    with pytest.raises(DatabaseFault) as raised, connect(OWNER) as opened, opened.cursor() as cursor:
        cursor.copy_expert("copy audit.said (number, words) from stdin", io.StringIO(f"{CANARY}\tx\n"))
    assert CANARY not in "".join(traceback.format_exception(raised.value))
    with pytest.raises(DatabaseFault, match=r"table audit\.said, column number"), connect(OWNER) as opened:
        opened.cursor().execute("insert into audit.said (words) values (%s)", (CANARY,))


def test_what_passes_by_itself_says_to_run_it_again(told):
    with connect(OWNER) as other:
        other.cursor().execute("lock table audit.said")
        with pytest.raises(DatabaseFault, match="run it again") as raised, connect(OWNER) as opened:
            opened.cursor().execute("lock table audit.said nowait")
    assert raised.value.sqlstate in build.IN_USE


@pytest.fixture
def broken_project(told, tmp_path, monkeypatch):
    """A dbt project in the place of ours: one model breaks on a cell, the other on what its table declares."""
    with connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("create table intermediate.said as select %s::text as words", (CANARY,))
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    shutil.copy(ROOT / "dbt_project" / "profiles.yml", project)
    (project / "dbt_project.yml").write_text(
        "name: broken\nprofile: assure\nmodel-paths: [models]\nmodels: {+materialized: table}\n", encoding="utf-8"
    )
    (project / "models" / "fct_broken.sql").write_text(
        "select words::integer as number from intermediate.said", encoding="utf-8"
    )
    (project / "models" / "fct_keyless.sql").write_text(
        "select null::text as input_key, words from intermediate.said", encoding="utf-8"
    )
    (project / "models" / "keyless.yml").write_text(
        "models: [{name: fct_keyless, config: {contract: {enforced: true}}, columns: ["
        "{name: input_key, data_type: text, constraints: [{type: primary_key}]}, {name: words, data_type: text}]}]",
        encoding="utf-8",
    )
    own = build.dbt_arguments({})
    monkeypatch.setattr(
        build, "dbt_arguments", lambda _: [str(project) if one == str(ROOT / "dbt_project") else one for one in own]
    )


def test_a_model_that_breaks_on_a_cell_is_named_and_the_cell_is_not(broken_project, as_of, capfd, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(build.BuildFailed, match="fct_broken") as raised:
        build.build(0, as_of, "2026-27-Q1")
    assert 'fct_keyless (null value in column "input_key")' in str(raised.value)
    out, err = capfd.readouterr()
    files = [path for path in (state() / "dbt").rglob("*") if path.is_file()]
    assert CANARY not in "".join([out, err, caplog.text, *traceback.format_exception(raised.value)])
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("select row_to_json(builds)::text from audit.builds as builds")
        assert CANARY not in cursor.fetchone()[0]


def test_somebody_at_a_terminal_may_ask_for_everything(broken_project, as_of, capfd, monkeypatch):
    monkeypatch.setenv("ASSURE_DEBUG", "1")
    with pytest.raises(build.BuildFailed):
        build.build(0, as_of, "2026-27-Q1")
    assert CANARY in capfd.readouterr().out


def test_a_line_that_is_silent_through_a_long_download_is_kept_alive(warehouse_database):
    with connect(OWNER) as opened, connection.engine(OWNER).connect() as by_engine:
        for one in (opened, by_engine.connection.dbapi_connection):
            with socket.socket(fileno=os.dup(one.fileno())) as line:
                assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                # Azure's load balancers drop what is silent for four minutes, Amazon's for six.
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) < 4 * 60


def test_a_url_that_asks_for_encryption_gets_it_or_nothing(warehouse_database, monkeypatch):
    here = connection.admin_url()
    asked = here.update_query_dict({"sslmode": "require"}).render_as_string(hide_password=False)
    monkeypatch.setenv("ASSURE_DATABASE_URL", asked)
    with pytest.raises(psycopg2.OperationalError, match="SSL"), connect(OWNER):
        pass
    with pytest.raises(psycopg2.OperationalError, match="SSL"):
        bootstrap.bootstrap()
    assert build.dbt_environment()["PGSSLMODE"] == "require"
