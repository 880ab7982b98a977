"""Copy the loaded region's database for tests that change something; the original stays as it is."""

import contextlib
import os
import uuid
from collections.abc import Iterator

from psycopg2 import sql

from warehouse import bootstrap, connection


@contextlib.contextmanager
def copy_of(database: str) -> Iterator[str]:
    """A copy of a whole warehouse that `warehouse.connection` speaks to while the block runs; dropped afterwards."""
    name = f"assure_{uuid.uuid4().hex[:8]}"
    _run("create database {} template {}", name, database)
    before = os.environ.get("ASSURE_DATABASE")
    os.environ["ASSURE_DATABASE"] = name
    try:
        # A copy keeps its tables' grants, not those of the database itself.
        bootstrap.bootstrap()
        yield name
    finally:
        if before is None:
            del os.environ["ASSURE_DATABASE"]
        else:
            os.environ["ASSURE_DATABASE"] = before
        _run("drop database if exists {} with (force)", name)


def _run(statement: str, *names: str) -> None:
    opened = connection.opened(connection.admin_url("postgres"))
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        if statement.startswith("create"):
            # A template may have no readers: whoever still has it open has finished with it.
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                (names[1],),
            )
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
