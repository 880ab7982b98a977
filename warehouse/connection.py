"""Open a connection to the warehouse as one of its roles; every other module asks here."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg2
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from warehouse import server
from warehouse.paths import secret, state

OWNER = "assure_owner"
ADMIN = "admin"
_PASSES_BY_ITSELF = ("08", "40", "53", "55", "57")
"""Classes of SQLSTATE that say nothing of what was asked: a lost connection, a deadlock, a full disk, a lock."""

KEPT_ALIVE = {"keepalives": 1, "keepalives_idle": 60, "keepalives_interval": 15, "keepalives_count": 4}
"""Seconds and tries: a line that is silent for minutes, as one is while a large file is fetched, is dropped by what
stands before a managed Postgres."""


class DatabaseFault(RuntimeError):
    """The database refused a statement. Says which error and where, and never what the database said: it quotes cells.

    `sqlstate` is the code of Postgres (None when the connection was lost), `cause_class` the driver's class.
    """

    def __init__(self, error: psycopg2.Error):
        self.sqlstate: str | None = error.pgcode
        self.cause_class = type(error).__name__
        place = [
            f"{word} {name}"
            for word, name in (
                ("constraint", error.diag.constraint_name),
                ("table", ".".join(filter(None, (error.diag.schema_name, error.diag.table_name)))),
                ("column", error.diag.column_name),
            )
            if name
        ]
        passes = self.sqlstate is None or self.sqlstate.startswith(_PASSES_BY_ITSELF)
        remedy = (
            "run it again; if it stays, see to the database"
            if passes
            else "the traceback shows the statement; its values are not shown, because they may be a person's"
        )
        super().__init__(
            f"the database refused a statement: {self.cause_class}, SQLSTATE {self.sqlstate or 'none'}"
            f"{', ' + ', '.join(place) if place else ''}; {remedy}"
        )


def database() -> str:
    """Return the name of the warehouse database: the one ASSURE_DATABASE_URL ends in, else ASSURE_DATABASE."""
    configured = os.environ.get("ASSURE_DATABASE_URL")
    return (make_url(configured).database if configured else None) or os.environ.get("ASSURE_DATABASE", "assure")


def admin_url(name: str | None = None) -> URL:
    """Return the administrator's URL to database `name` (default: the warehouse), starting a sleeping embedded server.

    `ASSURE_DATABASE_URL` names a managed Postgres; without it the embedded server of this checkout is used.
    """
    configured = os.environ.get("ASSURE_DATABASE_URL")
    if configured:
        url = make_url(configured).set(drivername="postgresql+psycopg2")
        return url.set(database=name or database())
    return make_url(_embedded(state()).url(name or database())).set(drivername="postgresql+psycopg2")


@cache
def _embedded(home: Path) -> server.Server:
    # Proving whose server it is takes a connection of its own: once in a process is enough, until it fails.
    return server.start(home)


def url(role: str) -> URL:
    """Return the URL a role logs in with; `admin` is whoever owns the server."""
    admin = admin_url()
    return admin if role == ADMIN else admin.set(username=role, password=password(role))


def password(role: str) -> str:
    """Return a role's password: `ASSURE_<ROLE>_PASSWORD`, or one made once and kept in the state folder (0600)."""
    given = os.environ.get(f"ASSURE_{role.upper()}_PASSWORD")
    if given:
        return given
    return _made_passwords(_password_file())[role]


def _password_file() -> Path:
    return state() / "role-passwords.json"


def _made_passwords(path: Path) -> dict[str, str]:
    def made() -> str:
        return json.dumps({role: secrets.token_urlsafe(24) for role in (OWNER, *_login_roles())})

    return json.loads(secret(path, made))


def _login_roles() -> tuple[str, ...]:
    from warehouse.grants import roles

    return tuple(roles())


@cache
def _engine(target: URL) -> Engine:
    # NullPool: tasks fork, and a connection shared by two processes corrupts both.
    return create_engine(target, poolclass=NullPool, future=True, hide_parameters=True, connect_args=KEPT_ALIVE)


def engine(role: str) -> Engine:
    """Return an engine (no pool) for ledger and administration as `role`."""
    return _engine(url(role))


@contextlib.contextmanager
def connect(role: str) -> Iterator[psycopg2.extensions.connection]:
    """Yield a psycopg2 connection as `role`: commits when the block ends, rolls back when it raises.

    Inside the block errors are psycopg2's own; what leaves it is a DatabaseFault, whose text may be logged anywhere.
    """
    try:
        connection = opened(url(role))
    except psycopg2.OperationalError:
        if os.environ.get("ASSURE_DATABASE_URL"):
            raise
        _embedded.cache_clear()  # the server may have been stopped, or moved to another port
        connection = opened(url(role))
    try:
        with connection:
            yield connection
    except psycopg2.Error as error:
        raise DatabaseFault(error).with_traceback(error.__traceback__) from None
    finally:
        connection.close()


def opened(target: URL) -> psycopg2.extensions.connection:
    """Return a psycopg2 connection to `target`, with everything its URL asks for, such as `sslmode`."""
    return psycopg2.connect(target.set(drivername="postgresql").render_as_string(hide_password=False), **KEPT_ALIVE)
