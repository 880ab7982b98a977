"""Run the DAGs to their ends on real files: bad data ends green with a verdict, a service that is gone ends red."""

import contextlib
import datetime as dt
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import psycopg2
import pytest

from assure import airflow
from warehouse.bootstrap import AIRFLOW_DATABASE, bootstrap
from warehouse.connection import admin_url, connect

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def run(sender) -> Iterator[Callable[[str], dict[str, str]]]:
    """Call with a DAG's id to run it to its end; returns the state of each task, and of the run under `run`.

    Airflow reads its settings once in a process's life, so it has a process of its own.
    """
    bootstrap()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        process.submit(airflow.prepare).result()
        process.submit(airflow.migrate).result()

        def run(dag_id: str) -> dict[str, str]:
            ended = process.submit(airflow.run, dag_id, AS_OF).result()
            return task_states(dag_id) | {"run": ended}

        yield run


@pytest.fixture(scope="module")
def nights(sender, run) -> dict[str, dict[str, str]]:
    """Two nights and a morning: files arrive, nothing arrives, the sender's folder is gone. What ended how."""
    ended = {}
    sender.send("complaints_2026-06.csv", "ref,kind,received", "C1,formal,2026-06-03", "C2,pals,2026-06-04")
    sender.send("complaints_2026-05.csv", "who,knows,what", "1,2,3")
    ended["files arrive"] = run("ingest_tst")
    ended["the build they start"] = run("build_warehouse")
    ended["the morning after"] = run("assurance_report")
    ended["nothing arrives"] = run("ingest_tst")
    ended["a build for nothing"] = run("build_warehouse")
    elsewhere = sender.door.rename(sender.door.with_name("elsewhere"))
    ended["the folder is gone"] = run("ingest_tst")
    elsewhere.rename(sender.door)
    return ended


def task_states(dag_id: str) -> dict[str, str]:
    """Return the state of each task in a DAG's last run, as Airflow wrote them down."""
    target = admin_url(AIRFLOW_DATABASE).set(drivername="postgresql").render_as_string(hide_password=False)
    with contextlib.closing(psycopg2.connect(target)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select task_id, state from task_instance where (dag_id, run_id) ="
            " (select dag_id, run_id from dag_run where dag_id = %s order by id desc limit 1)",
            (dag_id,),
        )
        return dict(cursor.fetchall())


def asked(question: str, role: str = "transformer") -> list[tuple]:
    with connect(role) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def test_a_night_with_a_bad_file_is_green_and_starts_a_build(nights):
    green = dict.fromkeys(("run", "fetch", "land", "judge", "reply", "announce"), "success")
    assert nights["files arrive"] == green


def test_the_bad_files_verdict_stands_in_the_ledger(nights):
    assert asked("select file_name, state from audit.deliveries order by file_name") == [
        ("complaints_2026-05.csv", "refused"), ("complaints_2026-06.csv", "accepted"),
    ]  # fmt: skip
    assert asked(
        "select f.rule from audit.findings as f inner join audit.deliveries as d on d.load_id = f.load_id"
        " where d.state = 'refused' and f.level = 'refuse'"
    ) == [("FILE-HEADER",)]


def test_the_build_puts_the_good_file_into_the_marts(nights):
    assert nights["the build they start"] == dict.fromkeys(("run", "accept", "transform", "swap"), "success")
    assert asked("select count(*) from marts.fct_complaints", "analyst") == [(2,)]


def test_a_quarter_that_is_due_is_drafted_and_waits_for_a_role(nights):
    assert nights["the morning after"] == dict.fromkeys(("run", "draft", "publish"), "success")
    assert asked("select edition_id, state from audit.editions") == [("2026-27-Q1/ZWL/1", "draft")]


def test_a_night_without_news_starts_nothing(nights):
    quiet = nights["nothing arrives"]
    assert (quiet["run"], quiet["judge"], quiet["announce"]) == ("success", "success", "skipped")


def test_a_build_for_nothing_skips(nights):
    assert nights["a build for nothing"] == {
        "run": "success", "accept": "success", "transform": "skipped", "swap": "skipped",
    }  # fmt: skip
    assert asked("select count(*) from audit.builds") == [(1,)]


def test_a_door_that_is_gone_is_red_and_touches_nothing(nights):
    assert nights["the folder is gone"] == {"run": "failed", "fetch": "failed"} | dict.fromkeys(
        ("land", "judge", "reply", "announce"), "upstream_failed"
    )
    assert asked("select count(*) from audit.deliveries") == [(2,)]
