"""Who may do what: every role, schema and verb tried on a real connection; what grants.yml does not say is refused."""

import contextlib
from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import errors, sql

from warehouse import bootstrap, build, grants
from warehouse.connection import ADMIN, OWNER, DatabaseFault, admin_url, connect, url

VERBS = {
    "select": "select from {table} where false",
    "insert": "insert into {table} ({column}) values (default)",
    "update": "update {table} set {column} = default where false",
    "delete": "delete from {table} where false",
}
NEVER = {
    "truncate": "truncate {table}",
    "drop": "drop table {table}",
    "alter": "alter table {table} add column more text",
}
MADE = {"staging": "stg_made", "intermediate": "int_made", "marts": "fct_made", "published": "pub_made_now"}


@pytest.fixture(scope="module")
def swapped(shared_warehouse) -> str:
    """A warehouse with a table in every schema, its marts swapped in as every night."""
    as_of = "2026-07-29T06:00:00Z"
    for _ in range(2):
        build_id = build._begin(1, as_of, "2026-27-Q1")
        build._make_next_schemas()
        with connect("transformer") as connection, connection.cursor() as cursor:
            for schema, name in MADE.items():
                place = schema + build.NEXT if schema in grants.BUILT_BESIDE else schema
                cursor.execute(f"create table if not exists {place}.{name} (made integer)")
            cursor.execute("update audit.builds set state = 'built' where build_id = %s", (build_id,))
        build.swap(build_id)
    return shared_warehouse


@pytest.fixture(scope="module")
def tables(swapped) -> list[tuple[str, str, str]]:
    """Every table as (schema, name, a column)."""
    found = asked(
        "select n.nspname, c.relname, (select a.attname from pg_attribute as a where a.attrelid = c.oid"
        " and a.attnum > 0 and a.attidentity = '' order by a.attnum desc limit 1) from pg_class as c"
        " inner join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = any(%s) and c.relkind = 'r' order by 1, 2",
        list(grants.SCHEMAS),
    )
    assert {schema for schema, _, _ in found} == set(grants.SCHEMAS)
    return found


def asked(question: str, *values) -> list[tuple]:
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


@contextlib.contextmanager
def session(role: str) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor as the role, with the read-only default switched off: rights must hold without it."""
    target = url(role).set(drivername="postgresql").render_as_string(hide_password=False)
    with contextlib.closing(psycopg2.connect(target)) as connection:
        connection.set_session(readonly=False)
        yield connection.cursor()
        connection.rollback()


def is_allowed(cursor, statement: str | sql.Composable) -> bool:
    """Say whether the statement is the role's to run; that it fails for another reason is no refusal."""
    cursor.execute("savepoint before")
    try:
        cursor.execute(statement)
    except errors.InsufficientPrivilege:
        return False
    except psycopg2.Error:
        return True
    finally:
        cursor.execute("rollback to savepoint before")
    return True


def said(role: str, schema: str, table: str) -> set[str]:
    """The verbs that grants.yml gives a role on a table."""
    document = grants.grants()
    verbs = document.get(f"{schema}.{table}", {}).get(role, document.get(schema, {}).get(role, []))
    return set(VERBS) if grants.OWN in verbs else set(verbs) & set(VERBS)


@pytest.mark.parametrize("role", list(grants.roles()))
def test_a_role_may_do_what_the_file_says_and_nothing_else(role, tables):
    wrong = []
    with session(role) as cursor:
        for schema, table, column in tables:
            names = {"table": sql.Identifier(schema, table), "column": sql.Identifier(column)}
            may = {verb for verb, text in VERBS.items() if is_allowed(cursor, sql.SQL(text).format(**names))}
            if may != said(role, schema, table):
                wrong.append((schema, table, sorted(may ^ said(role, schema, table))))
    assert wrong == []


@pytest.mark.parametrize("role", list(grants.roles()))
def test_no_role_empties_drops_or_alters_what_it_does_not_own(role, tables):
    with session(role) as cursor:
        done = [
            (schema, table, verb)
            for schema, table, _ in tables
            for verb, text in NEVER.items()
            if is_allowed(cursor, sql.SQL(text).format(table=sql.Identifier(schema, table)))
        ]
    owned = set(MADE.items()) if role == "transformer" else set()
    assert {(schema, table) for schema, table, _ in done} == owned


@pytest.mark.parametrize("role", list(grants.roles()))
def test_a_role_makes_tables_only_where_the_file_says_create(role, tables):
    with session(role) as cursor:
        may = {schema for schema in grants.SCHEMAS if is_allowed(cursor, f"create table {schema}.mine (made integer)")}
        assert not is_allowed(cursor, "create table public.mine (made integer)")
        assert not is_allowed(cursor, "create schema mine")
    assert may == {schema for schema in grants.SCHEMAS if "create" in grants.grants().get(schema, {}).get(role, [])}


def test_the_file_speaks_of_what_there_is(tables):
    places = {schema for schema, _, _ in tables} | {f"{schema}.{table}" for schema, table, _ in tables}
    assert set(grants.grants()) <= places
    assert {role for by_role in grants.grants().values() for role in by_role} <= set(grants.roles())


def test_nobody_else_is_let_in_anywhere(swapped):
    assert (
        asked(
            "select n.nspname, (aclexplode(n.nspacl)).grantee from pg_namespace as n where n.nspname = any(%s)"
            " and 0 in (select (aclexplode(n.nspacl)).grantee)",
            list(grants.SCHEMAS),
        )
        == []
    )
    assert (
        asked(
            "select c.oid::regclass::text from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = any(%s) and 0 in (select (aclexplode(c.relacl)).grantee)",
            list(grants.SCHEMAS),
        )
        == []
    )
    assert asked("select has_database_privilege('public', current_database(), 'connect')") == [(False,)]


def test_the_owner_of_the_schemas_is_never_a_role_that_loads_or_reads(swapped):
    owners = asked(
        "select nspname, pg_get_userbyid(nspowner) from pg_namespace where nspname = any(%s)", list(grants.SCHEMAS)
    )
    assert dict(owners) == dict.fromkeys(grants.SCHEMAS, OWNER)
    assert OWNER not in grants.roles()
    owned = asked(
        "select distinct n.nspname, pg_get_userbyid(c.relowner) from pg_class as c"
        " inner join pg_namespace as n on n.oid = c.relnamespace where n.nspname = any(%s) and c.relkind = 'r'",
        list(grants.SCHEMAS),
    )
    assert dict(owned) == {schema: "transformer" if schema in MADE else OWNER for schema in grants.SCHEMAS}


def test_no_role_is_more_than_a_login(swapped):
    roles = list(grants.roles())
    assert (
        asked(
            "select rolname from pg_roles where rolname = any(%s)"
            " and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)",
            [*roles, OWNER],
        )
        == []
    )
    # The owner acts as the transformer, whose tables it swaps; nobody acts as the owner but the administrator.
    assert asked(
        "select pg_get_userbyid(member), pg_get_userbyid(roleid) from pg_auth_members"
        " where pg_get_userbyid(member) = any(%s)",
        [*roles, OWNER],
    ) == [(OWNER, "transformer")]


@pytest.mark.parametrize("role", list(grants.roles()))
def test_a_role_starts_with_its_settings(role, swapped):
    with connect(role) as connection, connection.cursor() as cursor:
        for setting, value in grants.roles()[role]["settings"].items():
            cursor.execute(sql.SQL("show {}").format(sql.Identifier(setting)))
            assert cursor.fetchone() == (str(value),)


@pytest.mark.parametrize("role", ["analyst", "reviewer", "reporter"])
def test_people_and_the_report_read_with_a_limit_and_write_nothing(role, swapped):
    settings = grants.roles()[role]["settings"]
    assert settings["default_transaction_read_only"] == "on"
    assert "statement_timeout" in settings
    with pytest.raises(DatabaseFault, match="ReadOnlySqlTransaction"):
        with connect(role) as connection, connection.cursor() as cursor:
            cursor.execute("create temporary table mine (made integer)")


def test_a_right_given_by_hand_is_gone_after_the_next_bootstrap(swapped):
    question = "select count(*) from raw.complaint"
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("grant usage on schema raw to analyst")
        cursor.execute("grant select on raw.complaint to analyst")
    with session("analyst") as cursor:
        assert is_allowed(cursor, question)
    bootstrap.bootstrap()
    with session("analyst") as cursor:
        assert not is_allowed(cursor, question)


def test_a_wrong_password_and_the_schedulers_database_are_shut(swapped):
    bootstrap.create_airflow_database()
    target = url("analyst").set(drivername="postgresql")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(target.set(password="guessed").render_as_string(hide_password=False))
    elsewhere = target.set(database=admin_url(bootstrap.AIRFLOW_DATABASE).database)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(elsewhere.render_as_string(hide_password=False))
