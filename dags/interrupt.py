"""Timetable: every quarter of an hour ask whether one of the few things happened of which somebody is told at once."""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from logs import end_with_facts

DOC = """
Nobody is on call, so only three things interrupt anyone, each once, by the connections that `tell_data_team` names:

- identifiers of persons were sent: the information-governance lead, by the connection `assure_lead` (its extra holds
  `to`), or the data team where there is none;
- people have been reading marts of more than two days ago, because no build has succeeded: the data team;
- the data cut of a quarter has passed and there is no draft of its report: the data team.

Everything else waits for 07:30.

| red task | what it means | what to do in the morning |
|---|---|---|
| `tell_at_once` | the database did not answer, or a service did not take a message | read the log: mend what it names, then clear the task; what was told is not told again |
"""


@dag(
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2), "on_execute_callback": end_with_facts},
    params={"as_of": None},
    tags=["people"],
    doc_md=DOC,
)
def interrupt():
    @task
    def tell_at_once(dag_run=None) -> int:
        from channels import note, of, send, told
        from clock import as_of
        from loaders.status import reading
        from loaders.status.interruptions import interruptions

        moment, sent, failures = as_of(dag_run), 0, []
        for one in interruptions(reading.read(moment)):
            for channel in of(one.to):
                before = told(channel, "interruptions")
                if one.key in before:
                    continue
                try:
                    send(channel, one.message)
                except RuntimeError as error:
                    failures.append(error)
                    continue
                note(channel, "interruptions", before | {one.key: moment.isoformat()})
                sent += 1
        if failures:
            raise failures[0]
        return sent

    tell_at_once()


interrupt()
