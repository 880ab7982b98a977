"""Be the door of a sender that has an API: each window asked for is one file, made of all its pages."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from loaders.doors import authorisation
from loaders.doors.answers import Page, says_failure
from loaders.doors.asking import Answer, Asker, NotThere, Pace, Refused
from loaders.doors.ceiling import Ceiling, TooLarge
from loaders.doors.file_systems import allow_url, expanded
from loaders.doors.opening import Sighting, Taken
from loaders.doors.unreachable import DoorUnreachable
from loaders.senders.address import Paging, Request, climbs
from loaders.senders.credentials import credential
from loaders.senders.provider import Provider
from loaders.senders.windows import windows

TIMES_FOR_A_FAULTY_PAGE = 3
NIL_RETURN = b"Nil return\n"


class RestDoor:
    """An API, opened: what it lists are the windows that are due, and fetching one asks for its pages."""

    def __init__(self, provider: Provider, as_of: dt.datetime, seen: Collection[tuple[str, str]] = ()):
        self._door = provider.door
        self._feeds = provider.feeds
        self._root = expanded(self._door.url).rstrip("/")
        allow_url(self._root)
        self._given = credential(self._door.credential)
        first = min(agreement.valid_from for agreement in provider.agreements)
        self._windows = {window.path: window for window in windows(provider.feeds, first, as_of, seen)}
        self._pace = Pace(self._door.rest.per_second)
        self._told: dict[str, str] | None = None

    def list(self) -> list[Sighting]:
        """Return a sighting for each window that is due.

        One that may still change bears no time, so that it is asked for again; one that has settled bears the moment
        at which it did, so that once it was taken after that it is never again. One that was empty was not taken: it is
        still owed, and asked for each night, for what comes late would else be lost.
        """
        return sorted(
            (Sighting(window.path, None, window.settled_at) for window in self._windows.values()),
            key=lambda sighting: sighting.path,
        )

    def fetch(self, sighting: Sighting, into: Path) -> Taken | None:
        """Ask for one window and write what came to a local file; None when nothing is there yet.

        It was sent at the newest Last-Modified of its pages, where they have one. Raises DoorUnreachable, TooLarge for
        this window alone.
        """
        window = self._windows[sighting.path]
        request = self._feeds[window.feed].request
        path, params = request.filled(window.days)
        try:
            with Asker(self._door.rest, self._pace) as asker, into.open("wb") as out:
                if request.whole:
                    return Taken(self._ask(asker, self._address(path), params, request, out).sent_at)
                count, sent_at, ceiling = 0, [], Ceiling()
                for elements, page_sent_at in self._pages(asker, request, path, params):
                    for element in elements:
                        line = element.encode() + b"\n"
                        ceiling.relative_update(len(line))
                        out.write(line)
                    count += len(elements)
                    sent_at += [page_sent_at] if page_sent_at else []
                if count == 0 and request.empty_is == "nil_return":
                    out.write(NIL_RETURN)
                elif count == 0:
                    return None
                return Taken(max(sent_at, default=None))
        except NotThere:
            # Where each period has a path of its own, one that is not there yet has none.
            if request.path == path:
                raise DoorUnreachable(f"cannot ask the API for {window.feed}: it does not know the path") from None
            return None
        except DoorUnreachable as error:
            kind = TooLarge if isinstance(error, TooLarge) else DoorUnreachable
            raise kind(f"cannot ask the API for {window.feed}: {error}") from error

    def _pages(
        self, asker: Asker, request: Request, path: str, params: dict[str, str]
    ) -> Iterator[tuple[Sequence[str], dt.datetime | None]]:
        """Yield each page's elements and its date. Raises DoorUnreachable: pages never end, repeat, or lack some."""
        paging, url, asked, was_short = request.paging, self._address(path), set(), False
        at, received, total = _first(paging), 0, None
        if paging and paging.size_param:
            params = params | {paging.size_param: str(paging.size)}
        for _ in range(paging.most_pages if paging else 1):
            if paging and paging.style in ("offset", "page"):
                params = params | {paging.param: str(at)}
            try:
                page, elements, answer = self._page(asker, url, params, request)
            except NotThere:
                if was_short:
                    return
                raise
            mark = hashlib.sha256("\n".join(elements).encode()).digest()
            if elements and mark in asked:
                raise DoorUnreachable("it sends the same page again and again; check paging:")
            if was_short and elements:
                raise DoorUnreachable("its pages hold fewer elements than size: says and go on; mend size:")
            asked.add(mark)
            received += len(elements)
            yield elements, answer.sent_at
            if paging is None:
                return
            total = page.value(paging.total) if paging.total else None
            if paging.style in ("offset", "page"):
                if _is_last(paging, len(elements), received, total):
                    _check_total(received, total)
                    return
                was_short = paging.ends == "short" and len(elements) < paging.size
                at += len(elements) if paging.style == "offset" else 1
                continue
            link = page.value(paging.next) if paging.style == "cursor" else answer.next_link
            if link in (None, "", False):
                _check_total(received, total)
                return
            if link in asked:
                raise DoorUnreachable("it sends us round in a circle of pages")
            asked.add(link)
            if paging.style == "cursor" and paging.param:
                params = params | {paging.param: str(link)}
            else:
                url, params = self._below(url, str(link)), {}
        raise DoorUnreachable(f"it goes on for more than {paging.most_pages} pages; raise most_pages: if that is right")

    def _page(self, asker: Asker, url: str, params: dict[str, str], request: Request):
        """Return (page, elements, answer); one with a failure in it is asked for again, and in the end taken so.

        What then is no record sets its row aside: one element that a service cannot show holds nobody else's up.
        """
        for _ in range(TIMES_FOR_A_FAULTY_PAGE):
            answer = self._ask(asker, url, params, request)
            page = Page(answer.body)
            elements = page.elements(request.rows_at)
            if not any(says_failure(one, self._door.rest.error_texts) for one in elements):
                break
        return page, elements, answer

    def _ask(self, asker: Asker, url: str, params: dict[str, str], request: Request, out=None) -> Answer:
        params = params | authorisation.query(self._door, self._given)
        if self._told is not None:
            try:
                return asker.ask(url, told=self._told, params=params, expects=request.expects, into=out)
            except Refused:
                # A token lasts for a while; any other credential is as good as it was.
                if self._door.auth is None or self._door.auth.kind != "oauth2":
                    raise
        self._told = authorisation.headers(self._door, self._given)
        return asker.ask(url, told=self._told, params=params, expects=request.expects, into=out)

    def _address(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _below(self, url: str, link: str) -> str:
        """Return the address of a next page. Raises DoorUnreachable where it leads out of the door."""
        try:
            found = urljoin(url, link)
            there, here = urlsplit(found), urlsplit(self._root)
        except ValueError:
            raise DoorUnreachable("the address of its next page is none") from None
        is_here = (there.scheme, there.netloc) == (here.scheme, here.netloc)
        if climbs(link) or not is_here or not f"{there.path}/".startswith(f"{here.path}/"):
            raise DoorUnreachable("its next page lies outside the door")
        return found


def _first(paging: Paging | None) -> int:
    if paging is None or paging.first is not None:
        return paging.first if paging else 0
    return 0 if paging.style == "offset" else 1


def _is_last(paging: Paging, count: int, received: int, total: object) -> bool:
    return (
        count == 0
        # A service may hold its pages smaller than it was asked to: without a total the next one tells.
        or (paging.ends == "short" and count < paging.size and isinstance(total, int))
        or (paging.ends == "total" and isinstance(total, int) and received >= total)
    )


def _check_total(received: int, total: object) -> None:
    if isinstance(total, int) and received < total:
        raise DoorUnreachable(f"it says that there are {total} elements and sends {received}")
