"""Timetable: each night every sender's new files are fetched, landed and judged; one DAG for each provider file."""

import os
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Asset, dag, get_parsing_context, task

from logs import end_with_facts

PROVIDERS = Path(os.environ.get("ASSURE_PROVIDERS") or Path(__file__).resolve().parents[1] / "providers")
SCHEDULE = os.environ.get("ASSURE_INGEST_SCHEDULE") or "0 1 * * *"
"""Cron, Europe/London: an ICB chooses its own hour."""
RAW = Asset("warehouse/raw")

DOC = """
Fetches what **{sender}** sends, lands it and judges it. Bad data ends as a verdict and leaves this green.

| red task | what it means | what to do in the morning |
|---|---|---|
| `fetch` | the sender's server does not answer, refuses us, or takes more than four hours; or its provider file does not load | nothing if it is green by now; else mend the file that the log names, or ring the sender's data team |
| `land` | our code or the database failed; no half-loaded file is visible | read the log, then clear the task |
| `judge` | a rule could not run, so nothing was let through | read the log: the rule or its contract is broken |
| `announce` | the database did not answer | clear the task; until then no build starts for what was judged |
| `stay_red` | one of the others is red | mend that one |

A backfill: trigger the DAG with `period` set to a month (2024-03) or a financial quarter (2023-24-Q4). Only files about
it are looked at, each read with the mapping of its day; without `period` everything new is.

`announce` skips when the marts already hold everything that counts today, and else starts `build_warehouse`.
What arrived and what was refused: `assure status`. `tell_senders` tells the sender in the morning. A log that asks you
to tell the information-governance lead means it.
"""


def ingest(sender: str):
    """Return the DAG of one sender."""

    @dag(
        dag_id=f"ingest_{sender}",
        schedule=SCHEDULE,
        start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
        catchup=False,
        max_active_runs=1,
        default_args={
            "retries": 5,
            "retry_delay": timedelta(minutes=15),
            "retry_exponential_backoff": True,
            "on_execute_callback": end_with_facts,
        },
        params={"as_of": None, "period": None},
        tags=["ingest"],
        doc_md=DOC.format(sender=sender),
    )
    def timetable():
        # Without an end a server that sends a byte a minute would hold up this night and all that follow.
        @task(execution_timeout=timedelta(hours=4))
        def fetch(dag_run=None) -> int:
            from clock import as_of, period
            from connections import from_airflow
            from loaders import fetching
            from loaders.senders import credentials
            from loaders.senders.provider import load_provider_of

            credentials.ask_also(from_airflow)
            return len(fetching.fetch(load_provider_of(sender), as_of(dag_run), period(dag_run)).load_ids)

        # Of a sender with one feed that cannot be had the others are carried on; the run stays red.
        @task(trigger_rule="all_done")
        def land(fetched: int, dag_run=None) -> int:
            from clock import as_of
            from loaders import load
            from loaders.senders.provider import load_provider_of

            return len(load.land(load_provider_of(sender), as_of(dag_run)))

        @task
        def judge(landed: int, dag_run=None) -> int:
            from clock import as_of
            from loaders import load
            from loaders.senders.provider import load_provider_of

            return len(load.judge(load_provider_of(sender), as_of(dag_run)))

        @task(outlets=[RAW])
        def announce(judged: int, dag_run=None) -> None:
            from airflow.sdk.exceptions import AirflowSkipException

            from clock import as_of
            from loaders import load

            # Asked of the ledger: a judge that was killed and ran again has judged nothing itself.
            if not load.is_build_due(as_of(dag_run)):
                raise AirflowSkipException("the marts hold everything that counts today")

        @task(trigger_rule="one_failed", retries=0)
        def stay_red(dag_run=None) -> None:
            from airflow.sdk.exceptions import AirflowFailException

            from channels import remember_red
            from clock import as_of

            remember_red(f"ingest_{sender}", as_of(dag_run))
            raise AirflowFailException("a task before this one failed: its log says why")

        fetched = fetch()
        landed = land(fetched)
        judged = judge(landed)
        [fetched, landed, judged, announce(judged)] >> stay_red()

    return timetable()


# The scheduler parses this file for all senders, a task only for its own.
_asked_for = get_parsing_context().dag_id
for _path in sorted(PROVIDERS.glob("*.yml")):
    if _asked_for in (None, f"ingest_{_path.stem}"):
        globals()[f"ingest_{_path.stem}"] = ingest(_path.stem)
