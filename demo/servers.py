"""Serve a folder as a provider would: by SFTP and by HTTP, on this machine only, to be read and never written."""

from __future__ import annotations

import asyncio
import threading
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncssh

HOST = "127.0.0.1"
WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
WRITING_ACCESS = asyncssh.ACE4_WRITE_DATA | asyncssh.ACE4_APPEND_DATA | asyncssh.ACE4_WRITE_ATTRIBUTES
# By versions 5 and 6 of the protocol, the one way of opening a file that leaves it as it is.
HARMLESS = asyncssh.FXF_OPEN_EXISTING
TELLING = asyncssh.FXF_ACCESS_DISPOSITION | asyncssh.FXF_DELETE_ON_CLOSE


class SftpServer:
    """A real SFTP server over one folder, with a host key of its own, in a thread of its own.

    Used as a context manager: `with SftpServer(root, "zw1", "secret") as server:`. Inside, `port` is a free port,
    `url` the address and `known_hosts` the line a client has to trust. It has logged in to itself before it is handed
    over, so a client never comes too early. It lets in by the password or, where one is given, by the key that belongs
    to a public key. Nothing outside the folder can be seen and nothing in it written.
    """

    def __init__(self, root: Path, user: str, password: str, public_key: str | None = None) -> None:
        self.root, self.user, self.password = Path(root).resolve(), user, password
        self.public_key = asyncssh.import_public_key(public_key) if public_key else None
        self.port = 0
        self.known_hosts = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"sftp {user}", daemon=True)
        self._listener: asyncssh.SSHAcceptor | None = None

    @property
    def url(self) -> str:
        return f"sftp://{self.user}@{HOST}:{self.port}/"

    def __enter__(self) -> SftpServer:
        self._thread.start()
        try:
            self._run(self._listen())
            self._run(self._prove_ready())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _stop(self) -> None:
        if self._listener is not None:
            self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop.close()

    async def _listen(self) -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        self._listener = await asyncssh.listen(
            HOST,
            0,
            server_host_keys=[key],
            server_factory=partial(OneUser, self.user, self.password, self.public_key),
            sftp_factory=partial(ReadOnlyFolder, chroot=str(self.root).encode()),
            allow_scp=False,
        )
        self.port = self._listener.get_port()
        self.known_hosts = f"[{HOST}]:{self.port} {key.export_public_key().decode().strip()}"

    async def _prove_ready(self) -> None:
        known_hosts = asyncssh.import_known_hosts(self.known_hosts + "\n")
        async with asyncssh.connect(
            HOST, self.port, username=self.user, password=self.password, known_hosts=known_hosts, config=None,
            client_keys=None, agent_path=None,
        ) as connection:  # fmt: skip
            async with connection.start_sftp_client() as client:
                await client.listdir("/")

    async def _close(self) -> None:
        assert self._listener is not None
        self._listener.close()
        await self._listener.wait_closed()
        # What is still connected ends with the server.
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class OneUser(asyncssh.SSHServer):
    """Let in one user with one password or one key."""

    def __init__(self, user: str, password: str, public_key: asyncssh.SSHKey | None) -> None:
        self.user, self.password, self.public_key = user, password, public_key

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (self.user, self.password)

    def public_key_auth_supported(self) -> bool:
        return self.public_key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return (username, key) == (self.user, self.public_key)


class ReadOnlyFolder(asyncssh.SFTPServer):
    """An SFTP session that sees one folder as its whole world and can change nothing in it."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & WRITING:
            self._refuse()
        return super().open(path, pflags, attrs)

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if desired_access & WRITING_ACCESS or flags & TELLING != HARMLESS:
            self._refuse()
        return super().open56(path, desired_access, flags, attrs)

    def _refuse(self, *_: object) -> Any:
        raise asyncssh.SFTPPermissionDenied("this folder can be read and not written")

    setstat = lsetstat = fsetstat = remove = mkdir = rmdir = rename = posix_rename = symlink = link = _refuse


class HttpServer:
    """A real HTTP server over one folder: an index page of links in each folder, and each file's Last-Modified.

    Used as a context manager: `with HttpServer(root) as server:`. Inside, `port` is a free port and `url` the address
    of the index page, which has been fetched once before it is handed over.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root).resolve()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def __enter__(self) -> HttpServer:
        self._server = ThreadingHTTPServer((HOST, 0), partial(Quiet, directory=str(self.root)))
        self.port = self._server.server_address[1]
        # It looks that often whether it is to end.
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        self._thread = threading.Thread(target=serve, name=f"http {self.port}", daemon=True)
        self._thread.start()
        try:
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(self.url, timeout=30) as answer:
                answer.read()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=30)


class Quiet(SimpleHTTPRequestHandler):
    """The standard handler, which prints nothing: a log of requests is not ours to keep."""

    def log_message(self, format: str, *args: object) -> None:
        return None
