"""Timetable: on the morning of each working day tell every sender what became of its files, in one message."""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from logs import end_with_facts

DOC = """
Writes to each sender what became of the files it was not told of yet: verdicts, row numbers, remedies, never a value.
One message a day at most, none at weekends and on bank holidays, and none about what was told before.

Only a sender with `contact:` in its provider file is written to. `contact: zw1_contact` names an Airflow connection (or
`ASSURE_CREDENTIAL_ZW1_CONTACT`) whose `to` is the role mailbox; the mail server is Airflow's connection `smtp_default`.
For every other sender page and workbook are left in `replies/` of the state folder, to be passed on by hand:
`assure reply SENDER --told "data manager"` then records that they were.

| red task | what it means | what to do in the morning |
|---|---|---|
| `senders` | the bank holidays of the year are not known | add them as the log says, then clear the task |
| `tell` | the mail server did not take the message, the contact's connection is missing, or the sender's provider file does not load; nothing is recorded as told | read the log; mend the connection or the file, then clear the task: it sends what was not sent, and nothing twice |
"""


@dag(
    schedule="15 7 * * 1-5",
    start_date=pendulum.datetime(2023, 7, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10), "on_execute_callback": end_with_facts},
    params={"as_of": None},
    tags=["ingest"],
    doc_md=DOC,
)
def tell_senders():
    @task
    def senders(dag_run=None) -> list[str]:
        from clock import as_of
        from loaders.senders.provider import codes
        from warehouse.periods import LONDON, is_working_day

        return codes() if is_working_day(as_of(dag_run).astimezone(LONDON).date()) else []

    @task
    def tell(sender: str, dag_run=None) -> str:
        from airflow.providers.smtp.notifications.smtp import SmtpNotifier

        from clock import as_of
        from connections import mailbox
        from loaders.replies import gathering, pages
        from loaders.senders.provider import load_provider_of

        moment, provider = as_of(dag_run), load_provider_of(sender)
        if provider.contact is None:
            return pages.leave_news(provider, moment)
        with gathering.telling(provider, moment, provider.contact) as reply:
            if reply is None:
                return "nothing new"
            _, rows = pages.leave(reply, provider.code)
            message = SmtpNotifier(
                to=mailbox(provider.contact),
                subject=pages.subject(reply),
                html_content=pages.page(reply),
                files=[str(rows)],
                # Of two with one id a mail server delivers one, should this end between sending and recording.
                custom_headers={"Message-ID": f"<{reply.key}@coproduction-assurance>"},
            )
            # Not called, which would render what is in it as a template: a file may be named anything.
            message.notify({})
        return f"told of {len(reply.files)} files"

    tell.expand(sender=senders())


tell_senders()
