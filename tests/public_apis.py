"""Answer as the public APIs of Care Opinion and of the Care Quality Commission do, from a folder of lists."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"
LOGIN = "<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in.</body></html>"


class PublicApi:
    """A real HTTP server over a folder of `<name>.json`, each a list; `most` is how many it shows on a page.

    - `/api/v2/<name>?skip=0&take=100&publishedafter=2026-06-01`: a bare list, for `Authorization: SUBSCRIPTION_KEY …`;
      with another key it leads to a login page, in HTML and with status 200.
    - `/public/v1/<name>?page=1&perPage=1000`: {"total", "page", "perPage", "totalPages", <name>: […]}, for the header
      `Ocp-Apim-Subscription-Key`; with another key, status 401.

    `asked` holds each request: when (seconds), its path and its parameters.
    """

    def __init__(self, folder: Path, key: str, most: int) -> None:
        self.folder, self.key, self.most = Path(folder), key, most
        self.asked: list[tuple[float, str, dict[str, str]]] = []

    def __enter__(self) -> PublicApi:
        self._server = ThreadingHTTPServer((HOST, 0), partial(Handler, self))
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=30)

    def listed(self, name: str, after: str = "") -> list:
        """Return a list, or what of it was published after a day; what failed counts as the element before it."""
        found, published = [], ""
        for one in json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8")):
            published = one.get("dateOfPublication", "~") if isinstance(one, dict) else published
            found += [one] if published > after else []
        return found


class Handler(BaseHTTPRequestHandler):
    """One request of an API's client."""

    def __init__(self, api: PublicApi, *more: object) -> None:
        self.api = api
        super().__init__(*more)

    def do_GET(self) -> None:
        """Answer for a list, or lead to the login page."""
        split = urllib.parse.urlsplit(self.path)
        params = dict(urllib.parse.parse_qsl(split.query))
        self.api.asked.append((time.monotonic(), split.path, params))
        name = split.path.rpartition("/")[2]
        if split.path.startswith("/api/v2/"):
            if self.headers.get("Authorization") != f"SUBSCRIPTION_KEY {self.api.key}":
                return self._answer(302, "", "text/html", Location="/account/login")
            start, shown = int(params["skip"]), min(int(params["take"]), self.api.most, 100)
            found = self.api.listed(name, params.get("publishedafter", ""))[start : start + shown]
            return self._answer(200, json.dumps(found, ensure_ascii=False))
        if split.path.startswith("/public/v1/"):
            if self.headers.get("Ocp-Apim-Subscription-Key") != self.api.key:
                return self._answer(401, '{"statusCode": 401, "message": "Access denied"}')
            found, page = self.api.listed(name), int(params["page"])
            shown = min(int(params["perPage"]), self.api.most)
            body = {"total": len(found), "page": page, "perPage": shown, "totalPages": -(-len(found) // shown)}
            body[name] = found[(page - 1) * shown : page * shown]
            return self._answer(200, json.dumps(body, ensure_ascii=False))
        return self._answer(200, LOGIN, "text/html; charset=utf-8")

    def _answer(self, status: int, body: str, kind: str = "application/json; charset=utf-8", **headers: str) -> None:
        content = body.encode()
        self.send_response_only(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""
