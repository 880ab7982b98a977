"""Say which hosts and folders a door may lead to: those that the environment lists, and nothing behind their backs."""

import ipaddress
import os
import socket
from fnmatch import fnmatchcase
from pathlib import Path

from loaders.senders.address import ProviderFileError

HOSTS = "ASSURE_ALLOWED_HOSTS"
"""Names separated by commas, `*.nhs.uk` for all below one. Not set, no host is allowed: whoever may write a provider
file does not thereby decide where this machine calls, and the one line to add is in the message."""
FOLDERS = "ASSURE_ALLOWED_FOLDERS"
"""Folders separated as in PATH. Not set, any folder will do: whoever mounts a folder here has already allowed it."""


class HostRefused(ProviderFileError):
    """A door, or what its server answers, leads to a place that nobody allowed."""


def allow(host: str, why: str = "door.url") -> None:
    """Raise HostRefused unless the environment lists a host, by its name or, for a name alone, by a wildcard."""
    if not is_listed(host, HOSTS):
        raise HostRefused(f"{why}: {host} is not an allowed host; if it should be, add it to {HOSTS}")


def is_listed(host: str, variable: str) -> bool:
    """Say whether a variable lists a host, by its name or, for a name alone, by a wildcard."""
    return host.lower().rstrip(".") in _names(variable) or _matches_wildcard(host, variable)


def allow_address(host: str, address: str, why: str = "door.url") -> None:
    """Raise HostRefused for an address that a host's name may not stand for.

    A wildcard's names stand for public addresses alone; a private one needs its host listed in full; the cloud's own
    addresses (link-local) need the address itself listed, for no sender's name has business there.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    found = _inside(found)
    is_nobodys = found.is_link_local or found.is_unspecified or found.is_multicast or found.is_reserved
    if _is_listed(str(found)) or (found.is_global and not is_nobodys) or (_is_listed(host) and not is_nobodys):
        return
    kind = "the machine's own network" if is_nobodys else "a private network"
    raise HostRefused(f"{why}: {host} leads into {kind}; if it should, list it in {HOSTS} without a wildcard")


def addresses(host: str, port: int | None, why: str = "door.url") -> list[str]:
    """Return the addresses of an allowed host. Raises HostRefused, and OSError when there are none."""
    allow(host, why)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    unique = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in unique:
        allow_address(host, address, why)
    return unique


def allow_folder(folder: Path) -> None:
    """Raise HostRefused unless a folder lies, links followed, in one that the environment lists."""
    listed = [Path(one) for one in os.environ.get(FOLDERS, "").split(os.pathsep) if one]
    if listed and not any(folder.resolve().is_relative_to(one.resolve()) for one in listed):
        raise HostRefused(f"door.url: the folder lies in none of those that {FOLDERS} lists; add it there or move it")


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine itself, where nothing that is said in clear leaves it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _inside(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that another one carries, for a network to unwrap on the way; else the address itself."""
    if found.version == 4:
        return found
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _names(variable: str) -> list[str]:
    return [one.strip().lower().rstrip(".") for one in os.environ.get(variable, "").split(",") if one.strip()]


def _is_listed(host: str) -> bool:
    return host.lower().rstrip(".") in _names(HOSTS)


def _matches_wildcard(host: str, variable: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return any("*" in one and fnmatchcase(host.lower().rstrip("."), one) for one in _names(variable))
    return False
