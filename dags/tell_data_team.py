"""Timetable: at 07:30 on each working day tell the data team what needs it, in one message; nothing where nothing does."""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from logs import end_with_facts

DOC = """
One message: *needs you today*, *needs you this week*, *senders' faults already sent back*. No value, no name of a
file, no number of rows.
Nothing is sent when there is nothing to say, nor at weekends and on bank holidays. `assure status --digest` prints
it without the runs that ended red, of which Airflow alone knows.

It goes by every connection that Airflow has of these: `assure_mail` (its extra holds `to`; the mail server is
`smtp_default`), `assure_slack` (a Slack incoming webhook), `assure_teams` (HTTP: the webhook of a Teams workflow, its
path as the password), `assure_webhook` (HTTP: the message as JSON). Once a day by each, however often this runs.

| red task | what it means | what to do in the morning |
|---|---|---|
| `channels` | the database did not answer, or a provider file does not load | read the log, mend what it names, then clear the task |
| `tell` | a service did not take the message; by the other connections it went | mend the connection that the log names, then clear the task: it sends what was not sent, and nothing twice |
"""


@dag(
    schedule="30 7 * * 1-5",
    start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10), "on_execute_callback": end_with_facts},
    params={"as_of": None},
    tags=["people"],
    doc_md=DOC,
)
def tell_data_team():
    @task
    def channels(dag_run=None) -> list[str]:
        from channels import of, red_since
        from clock import as_of
        from loaders.senders.provider import load_providers
        from loaders.status import digest, reading

        standing = reading.read(as_of(dag_run), load_providers().values())
        red = red_since(digest.since(standing.as_of))
        return of("data_team") if digest.of_the_morning(standing, red) else []

    @task
    def tell(channel: str, dag_run=None) -> str:
        from channels import note, red_since, send, told
        from clock import as_of
        from loaders.senders.provider import load_providers
        from loaders.status import digest, reading

        standing = reading.read(as_of(dag_run), load_providers().values())
        message = digest.of_the_morning(standing, red_since(digest.since(standing.as_of)))
        today = digest.day_of(standing).isoformat()
        if message is None or today in told(channel, "digest"):
            return "nothing, or nothing new"
        send(channel, message)
        note(channel, "digest", {today: standing.as_of.isoformat()})
        return message.subject

    tell.expand(channel=channels())


tell_data_team()
