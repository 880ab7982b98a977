"""Timetable: whenever loads have been judged, accept the wave, build the marts beside, swap them in, show them."""

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, dag, task

from logs import end_with_facts

DOC = """
Runs when any sender's DAG has judged something new (asset `warehouse/raw`), one run at a time; it skips when nothing is new.

| red task | what it means | what to do in the morning |
|---|---|---|
| `accept` | Great Expectations could not run or a provider file does not load, so the wave was not let in | read the log, mend what it names, then clear the task; people still read yesterday's marts |
| `transform` | a model or a test failed; nothing was swapped | the log names it; `ASSURE_DEBUG=1 assure build` at a terminal says more; mend it and clear the task |
| `swap` | the marts were read without a pause for a minute, or a build by hand overtook this one | read the log; clear the task; if it stays red, look for a query that never ends |
| `site` | the static site could not be written; people still read the pages of before | read the log; mend what it names, then clear the task |

A load that the gate does not let through is *held* and leaves this green: see `assure status`.
"""


@dag(
    schedule=[Asset("warehouse/raw")],
    start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "on_execute_callback": end_with_facts},
    params={"as_of": None},
    tags=["warehouse"],
    doc_md=DOC,
)
def build_warehouse():
    @task
    def accept(dag_run=None) -> int:
        from clock import as_of
        from loaders import load
        from loaders.onboarding import check
        from loaders.senders.provider import load_providers

        load.refresh_reference(as_of(dag_run))
        sequence = load.accept_wave(as_of(dag_run))
        check.remember_accepted(load_providers().values(), as_of(dag_run))
        return sequence

    @task
    def transform(accepted_through: int, dag_run=None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from clock import as_of
        from warehouse import build
        from warehouse.periods import last_ended_quarter

        moment = as_of(dag_run)
        quarter = last_ended_quarter(moment)
        if build.is_current(accepted_through, moment, quarter):
            raise AirflowSkipException("nothing is new since the marts were built")
        return build.build(accepted_through, moment, quarter)

    @task
    def swap(build_id: int) -> None:
        from warehouse import build

        build.swap(build_id)

    @task.bash
    def site() -> str:
        import shlex
        import sys

        # The command itself, in a process of its own: what dbt and Great Expectations take of memory ends with it.
        return f"{shlex.quote(sys.executable)} -m assure.cli site"

    swap(transform(accept())) >> site()


build_warehouse()
