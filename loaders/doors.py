"""Look through a sender's door and take files from it; every kind of door is an fsspec file system."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import fsspec

from loaders.provider import Door, Provider, ProviderFileError


class DoorUnreachable(RuntimeError):
    """The sender's server does not answer or refuses us: a service fault to be tried again, never a verdict on data."""


@dataclass(frozen=True)
class Sighting:
    """A file as it stands at the door: path below the door's root, size in bytes, modification time (UTC)."""

    path: str
    byte_count: int | None
    modified_at: dt.datetime | None


class OpenDoor:
    """A sender's door, opened: list it and fetch from it."""

    def __init__(self, door: Door):
        url = os.path.expandvars(door.url)
        if "$" in url:
            raise ProviderFileError(f"door.url: a variable in {door.url} is not set; export it before loading")
        self._scheme = urlsplit(url).scheme or "file"
        options = _options(self._scheme, url, door.credential)
        try:
            self._files, self._root = fsspec.core.url_to_fs(url, **options)
        except Exception as error:
            raise DoorUnreachable(f"cannot open {self._scheme} door: {type(error).__name__}") from error
        self._root = self._root.rstrip("/")

    def list(self) -> list[Sighting]:
        """Return every file below the door, in path order. Raises DoorUnreachable.

        Left out are paths and links that lead out of the door, hidden files and the lock files of office programs.
        """
        try:
            return sorted((one for one in self._walk() if _is_sent(one.path)), key=lambda sighting: sighting.path)
        except Exception as error:
            raise DoorUnreachable(f"cannot list {self._scheme} door: {type(error).__name__}") from error

    def fetch(self, sighting: Sighting, into: Path) -> None:
        """Copy a file's bytes to a local file. Raises DoorUnreachable."""
        path = quote(sighting.path) if self._scheme in _WEB else sighting.path
        try:
            self._files.get_file(f"{self._root}/{path}", str(into))
        except Exception as error:
            raise DoorUnreachable(f"cannot read from {self._scheme} door: {type(error).__name__}") from error

    def _walk(self) -> Iterator[Sighting]:
        if self._scheme in _WEB:
            yield from self._walk_links(self._root)
            return
        if self._scheme == "file":
            yield from _walk_folder(Path(self._root))
            return
        if not self._files.exists(self._root or "/"):
            raise FileNotFoundError("the door's folder does not exist")
        for path, facts in self._files.find(self._root or "/", detail=True).items():
            yield Sighting(path[len(self._root) :].lstrip("/"), facts.get("size"), _moment(facts))

    def _walk_links(self, page: str) -> Iterator[Sighting]:
        for entry in self._files.ls(page + "/", detail=True):
            url = entry["name"]
            if not url.startswith(page + "/") or "?" in url or url.rstrip("/") == page:
                continue
            if url.endswith("/"):
                yield from self._walk_links(url.rstrip("/"))
                continue
            facts = self._files.info(url)
            yield Sighting(unquote(url[len(self._root) :].lstrip("/")), facts.get("size"), _moment(facts))


def _walk_folder(root: Path) -> Iterator[Sighting]:
    """Walk a folder without following a link to another; a link to a file counts where that file is in the folder."""
    inside = root.resolve(strict=True)
    for folder, _, names in os.walk(inside):
        for name in names:
            path = Path(folder, name)
            if not path.resolve().is_relative_to(inside) or not path.is_file():
                continue
            facts = path.stat()
            modified_at = dt.datetime.fromtimestamp(facts.st_mtime, dt.UTC)
            yield Sighting(path.relative_to(inside).as_posix(), facts.st_size, modified_at)


def _is_sent(path: str) -> bool:
    parts = path.split("/")
    return not any(part == "" or part.startswith((".", "~$")) for part in parts)


def open_door(provider: Provider) -> OpenDoor:
    """Open the door of a provider."""
    return OpenDoor(provider.door)


_WEB = ("http", "https")


def credentials(name: str | None) -> dict:
    """Return the credentials kept under a name: JSON in ASSURE_CREDENTIAL_<NAME>, or in the file that …_FILE names.

    Raises ProviderFileError where there are none, or they are no JSON.
    """
    if name is None:
        return {}
    variable = f"ASSURE_CREDENTIAL_{name.upper()}"
    text = os.environ.get(variable)
    if text is None and os.environ.get(f"{variable}_FILE"):
        text = Path(os.environ[f"{variable}_FILE"]).read_text(encoding="utf-8")
    if text is None:
        raise ProviderFileError(f"credential '{name}' is not set; give it as JSON in {variable}")
    try:
        return json.loads(text)
    except ValueError:
        # From None: the error holds the text.
        raise ProviderFileError(f"credential '{name}' is not JSON; write {variable} as {{\"username\": …}}") from None


def _options(scheme: str, url: str, credential: str | None) -> dict:
    options = credentials(credential)
    if scheme in ("sftp", "ssh"):
        # A server whose key nobody pinned is nobody's server.
        if "known_hosts" not in options:
            raise ProviderFileError(f"credential '{credential}' has no known_hosts: pin the server's host key there")
        options["known_hosts"] = _known_hosts(options["known_hosts"])
        options.setdefault("client_keys", [])
        options.setdefault("agent_path", None)
        options.setdefault("config", [])
    # An instance kept from an earlier run has its listing of then, and would hide tonight's files.
    return options | {"skip_instance_cache": True}


def _known_hosts(text: str):
    import asyncssh

    return asyncssh.import_known_hosts(text)


def _moment(facts: dict) -> dt.datetime | None:
    for name in ("mtime", "LastModified", "last_modified", "Last-Modified"):
        value = facts.get(name)
        if isinstance(value, dt.datetime):
            return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        if isinstance(value, int | float):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        if isinstance(value, str):
            return parsedate_to_datetime(value)
    return None
