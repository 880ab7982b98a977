"""The timetable as Airflow reads it: which DAGs there are, when they run, and that reading them costs nothing."""

import json
import os
import subprocess
import sys

import pytest

from loaders.status import digest
from warehouse.paths import ROOT

HEAVY = {
    "great_expectations", "dbt", "pandas", "numpy", "psycopg2",
    "loaders", "expectations", "report", "warehouse", "assure", "demo",
}  # fmt: skip

TIMETABLE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print("SAID", json.dumps({
    "errors": bag.import_errors,
    "dags": {
        dag_id: {
            "schedule": dag.schedule if isinstance(dag.schedule, str) else [asset.name for asset in dag.schedule],
            "timezone": str(dag.timezone),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "doc_md": dag.doc_md,
            "tasks": {
                task.task_id: {
                    "retries": task.retries,
                    "ends_within": task.execution_timeout and task.execution_timeout.total_seconds(),
                    "after": sorted(task.upstream_task_ids),
                    "emits": [outlet.name for outlet in task.outlets],
                }
                for task in dag.tasks
            },
        }
        for dag_id, dag in bag.dags.items()
    },
}))
"""

MODULES = """
import sys
import airflow.sdk
before = set(sys.modules)
import runpy
for name in sys.argv[1:]:
    runpy.run_path(name)
print("SAID", *sorted({module.partition(".")[0] for module in set(sys.modules) - before}))
"""

CHANNELS = """
import json
from channels import of
print("SAID", json.dumps([of("data_team"), of("lead")]))
"""

FACTS = """
import io, json, logging
from airflow.sdk.log import configure_logging
said = io.BytesIO()
configure_logging(json_output=True, output=said, log_level="INFO")
from logs import end_with_facts
for _ in range(2):
    end_with_facts({})
carried = {"sender": "zw1", "feed": "incidents", "words": "her own"}
logging.getLogger("loaders.fetching").warning("no agreement in force: not fetched", extra=carried)
logging.getLogger("loaders.fetching").warning("%s pages", 2)
print("SAID", json.dumps([json.loads(line) for line in said.getvalue().splitlines()]))
"""

NAMES = """
import json, os, runpy, sys
said = {}
for asked_for in sys.argv[2:]:
    os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = asked_for
    said[asked_for] = [name for name in runpy.run_path(sys.argv[1]) if name.startswith("ingest_")]
print("SAID", json.dumps(said))
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Call with code, arguments and environment to run it in a process of its own; returns what it says."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ASSURE_"))}
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "dags")]),
    }

    def ask(code: str, *arguments: str, **given: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=environment | given,
            capture_output=True,
            text=True,
            check=True,
        )
        return next(line for line in done.stdout.splitlines() if line.startswith("SAID")).removeprefix("SAID").strip()

    return ask


@pytest.fixture(scope="module")
def timetable(ask) -> dict:
    """What Airflow finds in dags/ for this checkout's provider files."""
    return json.loads(ask(TIMETABLE, str(ROOT / "dags")))


@pytest.fixture(scope="module")
def dags(timetable) -> dict:
    """The DAGs by id."""
    return timetable["dags"]


def test_there_is_a_dag_for_each_provider_file_and_five_more(timetable):
    senders = {f"ingest_{path.stem}" for path in (ROOT / "providers").glob("*.yml")}
    assert len(senders) >= 4
    assert timetable["errors"] == {}
    assert set(timetable["dags"]) == senders | {
        "build_warehouse", "assurance_report", "tell_senders", "tell_data_team", "interrupt",
    }  # fmt: skip


def test_every_task_is_tried_again(dags):
    # The one whose work it is to fail tries once.
    tasks = [(name, task) for dag in dags.values() for name, task in dag["tasks"].items() if name != "stay_red"]
    assert all(task["retries"] >= 3 for _, task in tasks)


def test_a_server_that_never_ends_does_not_hold_up_the_nights_that_follow(dags):
    ends = {dag["tasks"]["fetch"]["ends_within"] for name, dag in dags.items() if name.startswith("ingest_")}
    assert ends == {4 * 3600}


def test_the_page_of_each_dag_names_each_of_its_tasks(dags):
    silent = [(name, task) for name, dag in dags.items() for task in dag["tasks"] if f"`{task}`" not in dag["doc_md"]]
    assert silent == []


def test_nothing_is_caught_up_and_nothing_runs_beside_itself(dags):
    for dag in dags.values():
        assert (dag["catchup"], dag["max_active_runs"], dag["timezone"]) == (False, 1, "Europe/London")


def test_senders_are_fetched_nightly_and_the_report_is_asked_for_daily(dags):
    assert {dag["schedule"] for name, dag in dags.items() if name.startswith("ingest_")} == {"0 1 * * *"}
    assert dags["assurance_report"]["schedule"] == "0 7 * * *"
    # Before the data team is told, so that its message says what senders were told.
    assert dags["tell_senders"]["schedule"] == "15 7 * * 1-5"
    assert dags["tell_data_team"]["schedule"] == f"{digest.AT.minute} {digest.AT.hour} * * 1-5"
    assert dags["interrupt"]["schedule"] == "*/15 * * * *"


def test_a_board_chooses_its_own_hour(ask):
    other = json.loads(ask(TIMETABLE, str(ROOT / "dags"), ASSURE_INGEST_SCHEDULE="30 22 * * *"))["dags"]
    assert {dag["schedule"] for name, dag in other.items() if name.startswith("ingest_")} == {"30 22 * * *"}


def test_a_sender_is_fetched_landed_and_judged(dags):
    tasks = dags["ingest_zw1"]["tasks"]
    assert {name: task["after"] for name, task in tasks.items()} == {
        "fetch": [], "land": ["fetch"], "judge": ["land"], "announce": ["judge"],
        "stay_red": ["announce", "fetch", "judge", "land"],
    }  # fmt: skip


def test_what_every_sender_announces_is_what_the_build_waits_for(dags):
    for name, dag in dags.items():
        emitted = {task: one["emits"] for task, one in dag["tasks"].items() if one["emits"]}
        assert emitted == ({"announce": ["warehouse/raw"]} if name.startswith("ingest_") else {})
    # One asset, not a list of them: a list means all of them, and one silent sender would stop every build.
    assert dags["build_warehouse"]["schedule"] == ["warehouse/raw"]


def test_reading_the_timetable_imports_nothing_heavy(ask):
    files = sorted(str(path) for path in (ROOT / "dags").glob("*.py"))
    imported = set(ask(MODULES, *files).split())
    assert imported & HEAVY == set()


def test_a_task_builds_its_own_dag_alone(ask):
    built = json.loads(ask(NAMES, str(ROOT / "dags" / "ingest.py"), "ingest_zw2", "build_warehouse"))
    assert built == {"ingest_zw2": ["ingest_zw2"], "build_warehouse": []}


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (["assure_slack", "assure_mail"], [["assure_mail", "assure_slack"], ["assure_mail", "assure_slack"]]),
        (["assure_teams", "assure_lead"], [["assure_teams"], ["assure_lead"]]),
        ([], [[], []]),
    ],
)
def test_the_lead_is_told_by_its_own_connection_and_where_there_is_none_by_the_data_teams(ask, kept, told):
    connections = {f"AIRFLOW_CONN_{name.upper()}": '{"conn_type": "email"}' for name in kept}
    assert json.loads(ask(CHANNELS, **connections)) == told


def test_a_tasks_log_says_the_facts_that_a_message_carries(ask):
    first, second = json.loads(ask(FACTS))
    assert first["event"] == "no agreement in force: not fetched: sender zw1, feed incidents"
    assert second["event"] == "2 pages"


def test_every_task_begins_by_saying_facts(texts_of_dags):
    assert [name for name, text in texts_of_dags.items() if "on_execute_callback" not in text] == []


@pytest.fixture
def texts_of_dags() -> dict[str, str]:
    """The files that hold a DAG, by name."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py")}
    return {name: text for name, text in texts.items() if "@dag(" in text}
