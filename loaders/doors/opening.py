"""Look through a sender's door and take files from it; every kind of door is an fsspec file system, or an API."""

import datetime as dt
import io
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from loaders.doors import file_systems, hosts, proxy
from loaders.doors.asking import moment
from loaders.doors.ceiling import MIB, Ceiling, TooLarge
from loaders.doors.unreachable import DoorUnreachable
from loaders.senders.address import WEB, Door, ProviderFileError, climbs
from loaders.senders.provider import Provider

MOST_PAGES, DEEPEST = 1000, 10
"""How much of a site of links is walked: what goes on for longer goes on for ever."""
MOST_OF_A_PAGE = 64 * MIB


@dataclass(frozen=True)
class Sighting:
    """A file as it stands at the door: path below the door's root, size in bytes, modification time (UTC)."""

    path: str
    byte_count: int | None
    modified_at: dt.datetime | None


@dataclass(frozen=True)
class Taken:
    """A file that was fetched, and when it was sent (UTC) where that is known only now."""

    sent_at: dt.datetime | None = None


class OpenDoor:
    """A sender's door, opened: list it and fetch from it. `names` are asked for where nothing lists them."""

    def __init__(self, door: Door, names: Sequence[str] = ()):
        self._names = names if door.listing == "none" else None
        try:
            self._scheme, self._files, self._root = file_systems.opened(door)
        except ProviderFileError:
            raise
        except Exception as error:
            raise DoorUnreachable(f"cannot open the door {_told(error)}") from error

    def list(self) -> list[Sighting]:
        """Return every file below the door, in path order. Raises DoorUnreachable.

        Left out are paths and links that lead out of the door, hidden files and the lock files of office programs.
        """
        try:
            return sorted((one for one in self._walk() if _is_sent(one.path)), key=lambda sighting: sighting.path)
        except Exception as error:
            raise DoorUnreachable(f"cannot list {self._scheme} door {_told(error)}") from error

    def fetch(self, sighting: Sighting, into: Path) -> Taken:
        """Copy a file's bytes to a local file, in pieces. Raises DoorUnreachable, TooLarge for this file alone."""
        ceiling = Ceiling()
        try:
            if not _is_sent(sighting.path):
                raise FileNotFoundError
            ceiling.set_size(sighting.byte_count)
            place = self._place(sighting.path)
            if self._scheme == "file":
                _copy(Path(place), into, ceiling)
            else:
                self._files.get_file(place, str(into), callback=ceiling)
            # A web server may pack what it sends, so that no two sizes agree.
            if self._scheme not in WEB and sighting.byte_count not in (None, into.stat().st_size):
                raise DoorUnreachable("it changed while it was read")
        except Exception as error:
            kind = TooLarge if isinstance(_ours(error), TooLarge) else DoorUnreachable
            raise kind(f"cannot read from {self._scheme} door {_told(error)}") from error
        return Taken(sighting.modified_at)

    def _place(self, path: str) -> str:
        if self._scheme in WEB:
            return f"{self._root}/{quote(path)}"
        if self._scheme == "file":
            # A file may have become a link since it was seen.
            inside = Path(self._root).resolve(strict=True)
            if not (inside / path).resolve(strict=True).is_relative_to(inside):
                raise FileNotFoundError
        return f"{self._root}/{path}"

    def _walk(self) -> Iterator[Sighting]:
        if self._names is not None:
            yield from self._ask_for_each(self._names)
        elif self._scheme in WEB:
            yield from self._walk_links()
        elif self._scheme == "file":
            yield from _walk_folder(Path(self._root))
        else:
            for path, facts in self._found().items():
                # What a link on their side leads to need not be meant for us.
                if facts.get("type") != "link" and path.startswith(f"{self._root}/"):
                    yield Sighting(path[len(self._root) + 1 :], facts.get("size"), _moment(facts))

    def _found(self) -> dict[str, dict]:
        """Return what the server lists below the door; what is not there, or refused, is an error."""
        here = self._root or "/"
        bucket, _, folder = here.partition("/")
        if self._scheme == "s3":
            # Only a listing tells a bucket that is not there from one that is refused.
            return self._files.find(bucket, prefix=f"{folder}/" if folder else "", detail=True)
        # A container has no folders: one that holds nothing yet is only a name.
        if not self._files.exists(here if self._scheme == "sftp" else bucket):
            raise FileNotFoundError
        return self._files.find(here, detail=True)

    def _ask_for_each(self, names: Sequence[str]) -> Iterator[Sighting]:
        for name in names:
            try:
                facts = self._files.info(self._place(name))
            except FileNotFoundError as error:
                # So the library calls every failure; only the server's own word for it is one.
                if getattr(error.__cause__, "status", None) in (404, 410):
                    continue
                raise
            yield Sighting(name, facts.get("size"), _moment(facts))

    def _walk_links(self) -> Iterator[Sighting]:
        pages, walked = [self._root], set()
        while pages:
            page = pages.pop()
            walked.add(page)
            if len(walked) > MOST_PAGES:
                raise DoorUnreachable(f"its pages of links go on for more than {MOST_PAGES}")
            content = io.BytesIO()
            self._files.get_file(
                f"{page}/", content, callback=Ceiling(MOST_OF_A_PAGE, "door.url: leads to no page of links")
            )
            for url in _links(page, content.getvalue().decode("utf-8", "replace")):
                if not url.endswith("/"):
                    facts = self._files.info(url)
                    yield Sighting(unquote(url[len(self._root) + 1 :]), facts.get("size"), _moment(facts))
                elif url.rstrip("/") not in walked and url.count("/") - self._root.count("/") <= DEEPEST:
                    pages.append(url.rstrip("/"))


def open_door(provider: Provider, as_of: dt.datetime, seen: Collection[tuple[str, str]] = ()):
    """Open the door of a provider as of a moment; `seen` are the (feed, path) of files taken before.

    What is returned has `list()` and `fetch(sighting, into)`, which returns None where there is no file after all.
    """
    if provider.door.rest:
        from loaders.doors.rest import RestDoor

        return RestDoor(provider, as_of, seen)
    if provider.door.listing == "none":
        from loaders.senders.windows import windows

        first = min(agreement.valid_from for agreement in provider.agreements)
        return OpenDoor(provider.door, [window.path for window in windows(provider.feeds, first, as_of)])
    return OpenDoor(provider.door)


class _Page(HTMLParser):
    """What a page links to, and whether it asks for a password."""

    def __init__(self):
        super().__init__()
        self.links: dict[str, None] = {}

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "a" and said.get("href"):
            self.links[said["href"]] = None
        if tag == "input" and (said.get("type") or "").lower() == "password":
            raise DoorUnreachable("it answers with a page to log in on")


def _links(page: str, text: str) -> Iterator[str]:
    """Yield what a page links to below itself, in full."""
    parsed = _Page()
    parsed.feed(text)
    for link in parsed.links:
        url = urljoin(f"{page}/", link.strip())
        parts = urlsplit(url)
        is_below = url.startswith(f"{page}/") and url != f"{page}/"
        if is_below and not (parts.query or parts.fragment or climbs(link)):
            yield url


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


def _copy(source: Path, into: Path, ceiling: Ceiling) -> None:
    with source.open("rb") as given, into.open("wb") as out:
        while piece := given.read(MIB):
            ceiling.relative_update(len(piece))
            out.write(piece)


def _is_sent(path: str) -> bool:
    has_controls = any(ord(letter) < 32 or ord(letter) == 127 for letter in path)
    parts = path.split("/")
    return not (climbs(path) or has_controls or any(part == "" or part.startswith((".", "~$")) for part in parts))


def _told(error: Exception) -> str:
    """Say what went wrong in our own words: a library's may hold a URL with a secret in it."""
    if (ours := _ours(error)) is not None:
        return f"({ours})"
    causes = _causes(error)
    if {type(one).__name__ for one in causes} & _OF_A_PROXY:
        return f"({proxy.FAULT})"
    # A web server says it by number, a store in Azure too.
    if {getattr(one, name, None) for one in causes for name in ("status", "status_code")} & {401, 403}:
        return "(it refuses us)"
    kinds = {type(one).__name__ for one in causes}
    words = next((words for names, words in _IN_WORDS.items() if kinds & set(names)), type(error).__name__)
    return f"({words})"


def _ours(error: Exception) -> Exception | None:
    """Return what we raised ourselves, however a library has wrapped it."""
    return next((one for one in _causes(error) if isinstance(one, DoorUnreachable | hosts.HostRefused)), None)


def _causes(error: Exception) -> list[BaseException]:
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    return causes


_OF_A_PROXY = {"ClientHttpProxyError", "ClientProxyConnectionError", "ProxyConnectionError"}
_IN_WORDS = {
    ("HostKeyNotVerifiable",): "its host key is not the pinned one; ask the sender before you pin another",
    ("PermissionDenied", "PermissionError", "ClientAuthenticationError", "NoCredentialsError"): "it refuses us",
    ("FileNotFoundError", "NoSuchBucket"): "what was asked for is not there",
    ("TimeoutError", "FSTimeoutError", "ConnectTimeoutError"): "it did not answer in time",
}


def _moment(facts: dict) -> dt.datetime | None:
    for name in ("mtime", "LastModified", "last_modified", "Last-Modified"):
        value = facts.get(name)
        if isinstance(value, dt.datetime):
            return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        if isinstance(value, int | float):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        if isinstance(value, str):
            return moment(value)
    return None
