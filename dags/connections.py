"""Give the loaders what Airflow keeps under a name: its connections, from the metadata or a secrets backend."""


def from_airflow(name: str) -> dict[str, str] | None:
    """Return an Airflow connection as a credential: host, login, password, port, schema, and the keys of its extra."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

    try:
        kept = Connection.get(name)
    except (AirflowNotFoundException, AirflowRuntimeError):
        return None
    named = {key: getattr(kept, key) for key in ("host", "login", "password", "port", "schema")}
    return {key: str(value) for key, value in named.items() if value not in (None, "")} | kept.extra_dejson


def mailbox(contact: str) -> list[str]:
    """Return the addresses of a sender's role mailbox. Raises ProviderFileError where nobody knows any."""
    from loaders.credentials import ask_also, credential
    from loaders.provider import ProviderFileError

    ask_also(from_airflow)
    to = credential(contact).get("to") or []
    addresses = [to] if isinstance(to, str) else list(to)
    if not addresses:
        raise ProviderFileError(f"contact '{contact}' names no mailbox; give it as to: in the connection's extra")
    return addresses
