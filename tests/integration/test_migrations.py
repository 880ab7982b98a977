"""Making a warehouse: as often as asked, by several at once, and always the one that code and contracts describe."""

import os
import subprocess
import sys
import uuid

import pytest
from alembic import command
from sqlalchemy import Column, MetaData, Table, Text

from expectations.contract import load_contracts
from expectations.tables import raw_metadata
from warehouse import bootstrap, grants, migrate
from warehouse.connection import ADMIN, OWNER, connect, engine

SHAPE = """
    select
        n.nspname, c.relname, c.relkind::text, c.relacl::text, pg_get_userbyid(c.relowner),
        (select string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.attnotnull), ', ' order by a.attnum)
            from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0)
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%s)
    order by 1, 2
"""


@pytest.fixture
def no_database(state_folder, monkeypatch) -> str:
    """The name of a database that does not exist yet."""
    name = f"assure_{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("ASSURE_DATABASE", name)
    yield name
    bootstrap.drop()


def asked(question: str, *values) -> list[tuple]:
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def shape() -> list[tuple]:
    """Every relation with its columns, owner and privileges."""
    return asked(SHAPE, list(grants.SCHEMAS))


def test_the_migrations_make_what_contracts_and_ledger_describe(shared_warehouse):
    assert migrate.drift(engine(OWNER), raw_metadata(load_contracts())) == []


def test_a_column_nobody_migrated_is_noticed(shared_warehouse):
    wider = MetaData()
    Table("sightings_of_tests", wider, Column("path", Text), schema="audit")
    (difference,) = migrate.drift(engine(OWNER), raw_metadata(load_contracts()), wider)
    assert (difference[0], difference[1].name) == ("add_table", "sightings_of_tests")


def test_a_column_changes_its_type_though_the_last_build_left_a_view_on_it(warehouse_database):
    with engine(OWNER).begin() as opened:
        command.downgrade(migrate._config(opened), "0003")
    with connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("create view staging.stg_published_statistic as select * from raw.published_statistic")
    bootstrap.bootstrap()
    assert migrate.drift(engine(OWNER), raw_metadata(load_contracts())) == []


def test_every_table_and_column_says_what_it_is(shared_warehouse):
    assert (
        asked(
            "select c.oid::regclass::text, a.attname from pg_class as c"
            " inner join pg_namespace as n on n.oid = c.relnamespace"
            " inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
            " where n.nspname = any(%s) and c.relkind = 'r' and c.relname <> 'alembic_version'"
            " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)",
            ["raw", "restricted", "audit", "quarantine"],
        )
        == []
    )


def test_making_it_twice_changes_nothing(no_database):
    bootstrap.bootstrap()
    before = shape()
    assert len(before) > 40
    bootstrap.bootstrap()
    assert shape() == before


def test_two_who_make_it_at_once_make_one(no_database):
    code = "from warehouse.bootstrap import bootstrap; bootstrap()"
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert asked("select count(*) from audit.alembic_version") == [(1,)]
    assert migrate.drift(engine(OWNER), raw_metadata(load_contracts())) == []
