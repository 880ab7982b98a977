"""Tell a web server who asks, in the headers or the query that it wants, from a credential kept elsewhere."""

import base64
from collections.abc import Mapping

from loaders.senders.address import Auth, Door, ProviderFileError, Rest
from loaders.senders.credentials import only, pair


def headers(door: Door, given: Mapping) -> dict[str, str]:
    """Return the headers that a door's credential makes; an OAuth2 token is had anew. Raises DoorUnreachable."""
    only(given, door.credential, "username", "password", "client_id", "client_secret", "token")
    user, password, token = pair(given, "client_id|username", "client_secret|password", "token|password")
    # Without auth: what a credential holds says how it is shown.
    kind = door.auth.kind if door.auth else ("basic" if user else "bearer" if token else None)
    if kind is None or kind == "query":
        return {}
    if kind in ("basic", "oauth2"):
        _need(door, "a username and a password", user, password)
        if kind == "oauth2":
            token = _token(door, user, password)
            return {"Authorization": f"Bearer {token}"}
        return {"Authorization": _basic(user, password)}
    _need(door, "a token", token)
    if kind == "bearer":
        return {"Authorization": f"Bearer {token}"}
    return {door.auth.name: f"{door.auth.prefix}{token}"}


def query(door: Door, given: Mapping) -> dict[str, str]:
    """Return the parameters that a door's credential makes; only where a service knows no header."""
    if door.auth is None or door.auth.kind != "query":
        return {}
    (token,) = pair(given, "token|password")
    _need(door, "a token", token)
    return {door.auth.name: token}


def _need(door: Door, what: str, *values: str | None) -> None:
    if None in values:
        raise ProviderFileError(f"credential '{door.credential}' does not hold {what}, which this door needs")


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _token(door: Door, user: str, password: str) -> str:
    from loaders.doors.asking import Asker, document
    from loaders.doors.file_systems import allow_url, expanded
    from loaders.doors.unreachable import DoorUnreachable

    auth: Auth = door.auth
    token_url = expanded(auth.token_url, "door.auth.token_url")
    allow_url(token_url, "door.auth.token_url")
    form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
    told = {}
    if auth.client_in == "body":
        form |= {"client_id": user, "client_secret": password}
    else:
        told = {"Authorization": _basic(user, password)}
    with Asker(door.rest or Rest()) as asker:
        said = document(asker.ask(token_url, told=told, form=form).body)
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise DoorUnreachable("where a token should be had there was none")
    return token
