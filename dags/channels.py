"""Send a message by what Airflow has a connection for: mail, Slack, Teams, a webhook. (Read by airflow in the dag files.)"""

import datetime as dt
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

SECONDS = 30
"""How long a service may take to answer."""


def _by_mail(name: str, message) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    from connections import mailbox

    notifier = SmtpNotifier(
        to=mailbox(name),
        subject=message.subject,
        html_content=message.html,
        # Of two with one id a mail server delivers one, should this end between sending and recording.
        custom_headers={"Message-ID": f"<{message.key}@coproduction-assurance>"},
    )
    notifier.notify({})


def _by_slack(name: str, message) -> None:
    from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier

    SlackWebhookNotifier(
        slack_webhook_conn_id=name, text=message.subject, blocks=message.blocks, timeout=SECONDS
    ).notify({})


def _by_teams(name: str, message) -> None:
    _post(name, message.card)


def _by_webhook(name: str, message) -> None:
    _post(name, message.payload)


def _post(name: str, said: dict) -> None:
    from airflow.providers.http.notifications.http import HttpNotifier
    from airflow.sdk import Connection

    kept = Connection.get(name)
    # A webhook's path is its secret: kept as the password, no log of Airflow's shows it.
    path = None if kept.login else kept.password
    HttpNotifier(http_conn_id=name, endpoint=path, json=said, extra_options={"timeout": SECONDS}).notify({})


CHANNELS: dict[str, dict[str, Callable]] = {
    "data_team": {
        "assure_mail": _by_mail,
        "assure_slack": _by_slack,
        "assure_teams": _by_teams,
        "assure_webhook": _by_webhook,
    },
    "lead": {"assure_lead": _by_mail},
}
"""Who may be told → the names of Airflow connections, and how a message goes by each."""


def of(to: str) -> list[str]:
    """Return the connections there are for somebody; where the lead has none, those of the data team."""
    from connections import from_airflow

    kept = [name for name in CHANNELS[to] if from_airflow(name) is not None]
    if kept or to == "data_team":
        if not kept:
            log.warning("nobody is told: Airflow has none of the connections %s", ", ".join(CHANNELS[to]))
        return kept
    return of("data_team")


def send(name: str, message) -> None:
    """Send a message by one connection. Raises RuntimeError, which names no address: an address can be a secret."""
    by = {name: how for group in CHANNELS.values() for name, how in group.items()}[name]
    try:
        # Not called but notified: a call would render what is said as a template, and keep failures to itself.
        by(name, message)
    except Exception as error:
        raise RuntimeError(
            f"the message could not be sent by the connection {name}: {type(error).__name__}; mend the connection,"
            " then clear the task"
        ) from None


def told(name: str, what: str) -> dict[str, str]:
    """Return what was told by a connection before, by its key, with the moment."""
    from airflow.sdk import Variable

    return Variable.get(_noted(name, what), default={}, deserialize_json=True)


def note(name: str, what: str, said: dict[str, str]) -> None:
    """Remember what was told by a connection, so that it is told once."""
    from airflow.sdk import Variable

    Variable.set(_noted(name, what), said, description="What was told, so that it is told once.", serialize_json=True)


def _noted(name: str, what: str) -> str:
    return f"{name}_{what}_told"


RED = "assure_red_"
"""What the names of variables begin with that say when a DAG's run was red at its end."""


def remember_red(dag_id: str, at: dt.datetime) -> None:
    """Remember that a run ended red, for the message of the morning."""
    from airflow.sdk import Variable

    Variable.set(RED + dag_id, at.isoformat(), description="When a run of this DAG last ended red.")


def red_since(since: dt.datetime) -> list[str]:
    """Return which DAGs had a run that ended red since a moment."""
    from airflow.sdk import Variable

    ended = {name.removeprefix(RED): Variable.get(name) for name in Variable.keys(prefix=RED)}
    return sorted(dag_id for dag_id, at in ended.items() if dt.datetime.fromisoformat(at) > since)
