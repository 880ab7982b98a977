"""Ask a web server as often as it takes: as fast as it bears, waiting as long as it says, and check its answer."""

import datetime as dt
import json
import logging
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import BinaryIO, NamedTuple

from loaders.doors import hosts, proxy
from loaders.doors.ceiling import Ceiling
from loaders.doors.unreachable import DoorUnreachable
from loaders.senders.address import Rest

LONGEST_WAIT_SECONDS = 600
"""A server that asks for more patience is asked again by the scheduler."""
MOST_BYTES = 64 * 2**20
"""Of one page, which is held in memory."""
WAITS = {"wait_initial": 0.5, "wait_max": 60.0, "wait_jitter": 1.0}


class Answer(NamedTuple):
    """What a server answered: its body (empty when that went into a file), the next page's address, and its date."""

    body: bytes
    next_link: str | None
    sent_at: dt.datetime | None


class Pace:
    """So many requests a second and no more, whoever of a door's askers sends them."""

    def __init__(self, per_second: float):
        self._seconds = 1 / per_second
        self._last = float("-inf")

    def keep(self) -> None:
        """Return when the next request may be sent."""
        wait = self._last + self._seconds - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last = time.monotonic()


class Asker:
    """One client of one server, for as long as a context lasts."""

    def __init__(self, rest: Rest, pace: Pace | None = None):
        import httpx

        # They write whole addresses into the log, and an address may hold a key.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._rest = rest
        self._client = httpx.Client(
            transport=_pinned_transport(), timeout=rest.timeout_seconds, headers=dict(rest.headers), trust_env=False
        )
        self._pace = pace or Pace(rest.per_second)

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_) -> None:
        self._client.close()

    def ask(
        self,
        url: str,
        *,
        told: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        expects: str = "application/json",
        into: BinaryIO | None = None,
    ) -> Answer:
        """Return what a server answers, or write its body `into` a file. `told` are headers, `form` makes it a POST.

        Raises Refused where the credential is not good, and DoorUnreachable for every other answer that was not asked
        for; what may pass (429, 5xx, a broken line) is tried again first.
        """
        import stamina

        for attempt in stamina.retry_context(_in_how_long, attempts=self._rest.attempts, timeout=None, **WAITS):
            with attempt:
                return self._once(url, told, params, form, expects, into)
        raise AssertionError

    def _once(self, url, told, params, form, expects, into) -> Answer:
        import httpx

        self._pace.keep()
        try:
            address = httpx.URL(url).copy_merge_params(params or {})
            with self._client.stream(
                "POST" if form else "GET", address, data=form, headers={"Accept": expects, **told}
            ) as answer:
                _check_status(answer)
                _check_type(answer, expects)
                body = _body(answer, into)
                link = answer.links.get("next", {}).get("url")
                sent_at = moment(answer.headers.get("Last-Modified"))
        except httpx.InvalidURL:
            raise DoorUnreachable("the address of its next page is none") from None
        except httpx.DecodingError:
            raise DoorUnreachable("its answer is packed, and cannot be unpacked") from None
        except (httpx.TransportError, OSError) as error:
            # From None: the error may quote what the server said.
            is_the_proxys = isinstance(error, httpx.ProxyError)
            raise _Again(proxy.FAULT if is_the_proxys else type(error).__name__) from None
        if into is None and body.decode("utf-8", "replace").strip(' \r\n\t"') in self._rest.error_texts:
            raise _Again("its own words for a failure")
        return Answer(body, link, sent_at)


class NotThere(DoorUnreachable):
    """The server knows no such path."""


class Refused(DoorUnreachable):
    """The server does not take our credential."""


class _Again(DoorUnreachable):
    """What may be better in a moment, or in so many seconds."""

    def __init__(self, what: str, seconds: float | None = None):
        super().__init__(f"it failed as often as it was asked: {what}")
        self.seconds = seconds


def document(body: bytes) -> object:
    """Return what a body says as JSON. Raises DoorUnreachable; no message quotes it."""
    try:
        return json.loads(text_of(body), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise DoorUnreachable("its answer is no JSON") from None


def text_of(body: bytes) -> str:
    """Return a body of JSON as text. Raises DoorUnreachable."""
    try:
        return body.decode(json.detect_encoding(body)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise DoorUnreachable("its answer is no JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError


def _in_how_long(error: Exception) -> bool | float:
    if not isinstance(error, _Again):
        return False
    return True if error.seconds is None else error.seconds


def _check_status(answer) -> None:
    code = answer.status_code
    if code in (408, 425, 429) or code >= 500:
        raise _Again(f"status {code}", _retry_after(answer.headers))
    if code in (401, 403):
        raise Refused(f"it refuses our credential (status {code})")
    if 300 <= code < 400:
        raise Refused(f"it sends us on elsewhere (status {code}), perhaps to log in; check the credential and the path")
    if code in (404, 410):
        raise NotThere(f"it does not know the path (status {code})")
    if code != 200:
        raise DoorUnreachable(f"it answers with status {code}; check path: and params:")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks us to wait. Raises DoorUnreachable when they are too many."""
    said = headers.get("Retry-After", "").strip()
    try:
        if said.isdigit():
            seconds = float(said)
        else:
            # By the server's own clock: ours need not agree with it.
            seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers["Date"])).total_seconds()
    except (ValueError, TypeError, KeyError):
        return None
    if seconds > LONGEST_WAIT_SECONDS:
        raise DoorUnreachable(f"it asks us to come back in {seconds:.0f} seconds")
    return max(seconds, 0.0)


def moment(said: str | None) -> dt.datetime | None:
    """Return the moment that a header gives (UTC); None where it gives none that can be read."""
    try:
        found = parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
    # Without a zone (-0000) it is UTC already.
    return found and (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _check_type(answer, expects: str) -> None:
    said = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if expects in (said, "*/*") or (expects == "application/json" and said.endswith("+json")):
        return
    if said in ("text/html", "application/xhtml+xml"):
        raise Refused("it answers with a web page, perhaps to log in; check the credential and the path")
    raise DoorUnreachable(f"it answers with another kind of content than {expects}; ask the sender, or mend expects:")


def _body(answer, into: BinaryIO | None) -> bytes:
    if into is not None:
        into.seek(0)
        into.truncate()
        ceiling = Ceiling()
        for piece in answer.iter_bytes():
            ceiling.relative_update(len(piece))
            into.write(piece)
        return b""
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise DoorUnreachable(f"one page of it has more than {MOST_BYTES // 2**20} MiB; ask for smaller pages")
    return bytes(body)


def _pinned_transport():
    """Return a transport that connects to the very address that was checked, whatever a name means a moment later.

    By a proxy a name is checked alone, and the proxy finds its address.
    """
    import httpx

    class Pinned(httpx.HTTPTransport):
        by_proxy = None

        def handle_request(self, request):
            host = request.url.host
            if (by := proxy.of(host)) is not None:
                hosts.allow(host, "the door")
                self.by_proxy = self.by_proxy or httpx.HTTPTransport(verify=_authorities(), proxy=by)
                return self.by_proxy.handle_request(request)
            found = hosts.addresses(host, request.url.port, "the door")
            request.extensions = {**request.extensions, "sni_hostname": host}
            for address in found[:-1]:
                try:
                    return self._connect(request, address)
                except httpx.ConnectError:
                    continue
            return self._connect(request, found[-1])

        def close(self):
            super().close()
            if self.by_proxy:
                self.by_proxy.close()

        def _connect(self, request, address):
            request.url = request.url.copy_with(host=address)
            return super().handle_request(request)

    return Pinned(verify=_authorities())


@cache
def _authorities():
    """Return what says whom to trust, read once: it is long, and a client is made for every file."""
    import httpx

    return httpx.create_ssl_context()
