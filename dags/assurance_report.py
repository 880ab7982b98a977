"""Timetable: each morning ask whether a quarter's report is due; draft it at the data cut, publish it once signed off."""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from logs import end_with_facts

DOC = """
Asks daily whether a quarter is due (working day 20 after its end). A draft is made once; running again changes nothing.
A quarter that was missed, because nothing ran from its cut to the end of the next, is built for and drafted too.
Without automatic sign-off a draft waits for people: `assure edition share`, then `comment`, `reply`, `enter`, and `sign-off`
in the name of a role. What was signed off is published by the next run, or by `assure edition publish`.

| red task | what it means | what to do in the morning |
|---|---|---|
| `draft` | the marts speak for another quarter, or the report could not be rendered | read the log; `assure build`, then clear the task |
| `publish` | a face of the signed edition could not be rendered or stored; the edition is still signed off, and not published | read the log; mend what it names, then clear the task |
| `site` | the static site could not be written; people still read the pages of before | read the log; mend what it names, then clear the task |
"""


@dag(
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10), "on_execute_callback": end_with_facts},
    params={"as_of": None},
    tags=["report"],
    doc_md=DOC,
)
def assurance_report():
    @task
    def draft(dag_run=None) -> list[str]:
        from clock import as_of
        from report import publication

        return publication.draft_what_is_due(as_of(dag_run))

    @task
    def publish(drafted: list[str], dag_run=None) -> list[str]:
        from clock import as_of
        from report import publication

        return publication.publish_what_is_signed_off(as_of(dag_run))

    @task.bash
    def site() -> str:
        import shlex
        import sys

        # The command itself, in a process of its own: what dbt and Great Expectations take of memory ends with it.
        return f"{shlex.quote(sys.executable)} -m assure.cli site"

    publish(draft()) >> site()


assurance_report()
