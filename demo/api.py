"""Be a provider's API: lists of JSON in pages of four styles, behind a key or an OAuth2 token, on this machine only."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.parse
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

HOST = "127.0.0.1"
TOKEN_SECONDS = 3600


class Asked(NamedTuple):
    """One request as it came: when (seconds of a clock that only runs), its path, its parameters and its headers."""

    at: float
    path: str
    params: dict[str, str]
    headers: dict[str, str]


class Canned(NamedTuple):
    """An answer to be given in place of the right one: a login page, a failure, a request for patience."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = {}


class ApiServer:
    """A real HTTP server over a folder of `<name>.json`, each a list.

    Used as a context manager: `with ApiServer(folder, key="…") as server:`. A list is asked for in four ways below
    `url`, and answered as {"items": […], "total": n, "next": …}, with the file's time as Last-Modified:

    - `/page/<name>?page=1&size=50`, `/offset/<name>?skip=0&take=50`
    - `/cursor/<name>?cursor=…`, where `next` is the cursor that follows, or null
    - `/links/<name>`, where the header Link says which page follows

    Any other parameter is taken and has no effect. It lets in whoever sends `key` as `Authorization: KEY …` or `?key=`,
    or a token had from `token_url` by the client's id and secret; without any of them given, everybody. A token ends
    when `forget_tokens` is called. `asked` holds every request, `instead` answers to be given first.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        per_page: int = 50,
    ) -> None:
        self.folder, self.key, self.per_page = Path(folder).resolve(), key, per_page
        self.client = (client_id, client_secret) if client_id else None
        self.asked: list[Asked] = []
        self.instead: list[Canned] = []
        self._tokens: set[str] = set()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/api"

    @property
    def token_url(self) -> str:
        return f"http://{HOST}:{self.port}/token"

    def forget_tokens(self) -> None:
        """Let in nobody by a token given out before."""
        self._tokens.clear()

    def __enter__(self) -> ApiServer:
        self._server = ThreadingHTTPServer((HOST, 0), partial(Handler, self))
        self.port = self._server.server_address[1]
        # It looks that often whether it is to end.
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        self._thread = threading.Thread(target=serve, name=f"api {self.port}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=30)

    def lets_in(self, headers: dict[str, str], params: dict[str, str]) -> bool:
        """Say whether a request shows what it must."""
        if self.key is None and self.client is None:
            return True
        shown = headers.get("authorization", "")
        if self.key is not None and (shown == f"KEY {self.key}" or params.get("key") == self.key):
            return True
        return shown.removeprefix("Bearer ") in self._tokens

    def token(self, headers: dict[str, str], form: dict[str, str]) -> str | None:
        """Return a new token for the client, who shows itself in the header or the form."""
        shown = headers.get("authorization", "").removeprefix("Basic ")
        pair = tuple(base64.b64decode(shown).decode().split(":", 1)) if shown else None
        pair = pair or (form.get("client_id"), form.get("client_secret"))
        if self.client is None or pair != self.client or form.get("grant_type") != "client_credentials":
            return None
        token = f"token-{len(self.asked)}"
        self._tokens.add(token)
        return token

    def page(self, style: str, name: str, params: dict[str, str]) -> Canned:
        """Return one page of a list."""
        file = self.folder / f"{name}.json"
        if "/" in name or ".." in name or not file.is_file():
            return Canned(404, json.dumps({"error": "no such list"}))
        rows = json.loads(file.read_text(encoding="utf-8"))
        size = int(params.get("take") or params.get("size") or self.per_page)
        start = {
            "page": lambda: (int(params.get("page", 1)) - 1) * size,
            "offset": lambda: int(params.get("skip", 0)),
            "cursor": lambda: int(params.get("cursor", "at-0").removeprefix("at-")),
            "links": lambda: int(params.get("after", 0)),
        }[style]()
        shown, goes_on = rows[start : start + size], start + size < len(rows)
        body: dict[str, object] = {"items": shown, "total": len(rows)}
        headers = {"Last-Modified": formatdate(file.stat().st_mtime, usegmt=True)}
        if style == "cursor":
            body["next"] = f"at-{start + size}" if goes_on else None
        if style == "links" and goes_on:
            more = urllib.parse.urlencode({**params, "after": start + size})
            headers["Link"] = f'<{self.url}/links/{name}?{more}>; rel="next"'
        return Canned(200, json.dumps(body, ensure_ascii=False), headers)


class Handler(BaseHTTPRequestHandler):
    """One request of an API's client."""

    def __init__(self, api: ApiServer, *more: object) -> None:
        self.api = api
        super().__init__(*more)

    def do_GET(self) -> None:
        """Answer for a list."""
        path, params, headers = self._read()
        if self.api.instead:
            return self._answer(self.api.instead.pop(0))
        if not self.api.lets_in(headers, params):
            return self._answer(Canned(401, "{}"))
        parts = path.removeprefix("/api/").split("/", 1)
        if len(parts) != 2 or parts[0] not in ("page", "offset", "cursor", "links"):
            return self._answer(Canned(404, "{}"))
        return self._answer(self.api.page(parts[0], parts[1], params))

    def do_POST(self) -> None:
        """Answer for a token."""
        _, _, headers = self._read()
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(headers.get("content-length", 0))).decode()))
        token = self.api.token(headers, form)
        said = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        self._answer(Canned(200, json.dumps(said)) if token else Canned(401, '{"error": "invalid_client"}'))

    def _read(self) -> tuple[str, dict[str, str], dict[str, str]]:
        split = urllib.parse.urlsplit(self.path)
        asked = Asked(
            time.monotonic(),
            urllib.parse.unquote(split.path),
            dict(urllib.parse.parse_qsl(split.query)),
            {name.lower(): value for name, value in self.headers.items()},
        )
        self.api.asked.append(asked)
        return asked[1:]

    def _answer(self, canned: Canned) -> None:
        content = canned.body.encode()
        self.send_response_only(canned.status)
        headers = {
            "Date": self.date_time_string(), "Content-Type": "application/json", "Content-Length": str(len(content)),
        } | canned.headers  # fmt: skip
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: a log of requests is not ours to keep."""
