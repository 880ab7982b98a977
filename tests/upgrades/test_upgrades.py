"""A warehouse that an older version left behind is taken over: migrated, loaded into and built, with nothing lost."""

import datetime as dt
import gzip
import os
import subprocess
import uuid
from pathlib import Path

import pytest
from psycopg2 import sql

from tests.upgrades import write
from warehouse import bootstrap, build, connection, server

AS_OF = dt.datetime(2023, 11, 30, 6, 0, tzinfo=dt.UTC)
QUARTER = "2023-24-Q2"
DUMPS = sorted(write.HERE.glob("warehouse_*.sql.gz"))


@pytest.fixture(params=DUMPS, ids=lambda path: path.name.removesuffix(".sql.gz"))
def restored(request, bootstrapped, monkeypatch):
    """The older warehouse, restored into a database of its own; roles are the server's."""
    name = f"assure_{uuid.uuid4().hex[:8]}"
    administrator(sql.SQL("create database {}").format(sql.Identifier(name)))
    target = connection.admin_url(name)
    subprocess.run(
        [
            server.locate_binaries() / "psql",
            *("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--output", os.devnull),
            *("--host", target.host, "--port", str(target.port), "--username", target.username, name),
        ],
        input=gzip.decompress(request.param.read_bytes()),
        env={**os.environ, "PGPASSWORD": target.password or ""},
        check=True,
    )
    monkeypatch.setenv("ASSURE_DATABASE", name)
    yield name
    administrator(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def administrator(statement: sql.Composed) -> None:
    opened = connection.opened(connection.admin_url("postgres"))
    opened.autocommit = True
    with opened.cursor() as cursor:
        cursor.execute(statement)
    opened.close()


def counted(*tables: str) -> dict[str, int]:
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"select count(*) from {table}")
            (found[table],) = cursor.fetchone()
        return found


def test_there_is_a_dump_and_each_is_small():
    assert DUMPS
    assert [path.name for path in DUMPS if path.stat().st_size > write.LARGEST] == []


def test_an_older_warehouse_is_migrated_loaded_into_and_built(restored, tmp_path: Path):
    from demo.region import write as write_region

    tables = ("audit.deliveries", "raw.incident", "raw.complaint", "raw.input", "raw.restrictive_intervention")
    before = counted(*tables)
    assert all(before.values())
    bootstrap.bootstrap()
    bootstrap.bootstrap()
    assert counted(*tables) == before
    write_region(tmp_path / "region", sent_by=AS_OF.date())
    build.swap(build.build(write.load(tmp_path / "region", AS_OF), AS_OF, QUARTER))
    after = counted(*tables, "published.pub_figures_now", "marts.fct_inputs")
    assert all(after[table] > before[table] for table in ("audit.deliveries", "raw.incident", "raw.complaint"))
    assert after["published.pub_figures_now"] > 100
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        # Two senders may name their files alike, and one file may feed two feeds of a sender. The charity types into
        # this version's template, so that its workbooks may be other bytes than they were.
        cursor.execute(
            "select provider_code, feed, file_name from audit.deliveries"
            " group by 1, 2, 3, file_sha256 having count(*) > 1"
        )
        assert cursor.fetchall() == [], "a file that was loaded before was loaded again"
