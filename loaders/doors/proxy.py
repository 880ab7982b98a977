"""Say by which proxy a host is called: the one set for doors, and never another that stands in the environment."""

import os
from urllib.parse import urlsplit

from loaders.doors import hosts
from loaders.senders.address import WEB, ProviderFileError

PROXY = "ASSURE_HTTP_PROXY"
"""Its URL; a user name and a password in it make this a secret."""
DIRECT = "ASSURE_NO_PROXY"
"""Hosts that are called directly all the same, written as the allowed ones are."""
FAULT = f"the proxy that {PROXY} names does not let us through"


def of(host: str) -> str | None:
    """Return the URL of the proxy by which a host is called; None where it is called directly, as this machine is.

    Raises ProviderFileError for one that is none, and does not quote it.
    """
    said = os.environ.get(PROXY, "").strip()
    if not said or hosts.is_this_machine(host) or hosts.is_listed(host, DIRECT):
        return None
    try:
        parts = urlsplit(said)
        is_one = parts.scheme in WEB and parts.hostname and (parts.port or True)
    except ValueError:
        is_one = False
    if not is_one or parts.path.strip("/") or parts.query or parts.fragment:
        raise ProviderFileError(f"{PROXY} is no proxy's address; write it like http://proxy.example.nhs.uk:8080")
    return said.rstrip("/")


def allow(host: str, port: int | None, why: str = "door.url") -> None:
    """Raise HostRefused unless a host may be called. By a proxy the name decides: it finds the address."""
    hosts.allow(host, why)
    if of(host) is None:
        hosts.addresses(host, port, why)
