"""Give the loaders what Airflow keeps under a name: its connections, from the metadata or a secrets backend."""


def from_airflow(name: str) -> dict[str, str] | None:
    """Return an Airflow connection as a credential: login as username, password, and the keys of its extra.

    Its host is not asked: where a door is stands in the provider file, where whoever reviews it sees it.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        kept = Connection.get(name)
    except AirflowNotFoundException:
        return None
    named = {"username": kept.login, "password": kept.password}
    return {key: value for key, value in named.items() if value} | kept.extra_dejson


def mailbox(contact: str) -> list[str]:
    """Return the addresses of a sender's role mailbox. Raises ProviderFileError where nobody knows any."""
    from loaders.senders.credentials import ask_also, credential
    from loaders.senders.provider import ProviderFileError

    ask_also(from_airflow)
    to = credential(contact).get("to") or []
    addresses = [to] if isinstance(to, str) else list(to)
    if not addresses:
        raise ProviderFileError(f"contact '{contact}' names no mailbox; give it as to: in the connection's extra")
    return addresses
