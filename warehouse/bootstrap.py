"""Make a warehouse out of an empty Postgres, or bring an older one up to date; running it twice changes nothing."""

import contextlib
import os
from collections.abc import Iterator

import psycopg2
from psycopg2 import errors, sql

from warehouse import grants, migrate
from warehouse.connection import ADMIN, OWNER, admin_url, connect, database, engine, opened, password

AIRFLOW_DATABASE = "airflow"


def bootstrap() -> None:
    """Create database, roles, schemas and tables, and apply grants.yml, as the server's administrator."""
    _create_database(database())
    with _on_server() as alone:
        # Two bootstraps at once would both create roles and tables; roles belong to the whole server.
        alone.execute("select pg_advisory_lock(hashtext('assure bootstrap'))")
        with connect(ADMIN) as connection, connection.cursor() as cursor:
            _create_roles(cursor)
            _create_schemas(cursor)
        migrate.upgrade(engine(OWNER))
        with connect(OWNER) as connection:
            grants.apply(connection)


def drop() -> None:
    """Drop the warehouse database with everything in it. Raises RuntimeError unless the server is the embedded one."""
    if os.environ.get("ASSURE_DATABASE_URL"):
        raise RuntimeError("this warehouse is not the embedded one; its administrator drops it")
    with _on_server() as cursor:
        cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database())))


def create_airflow_database() -> str:
    """Create Airflow's metadata database beside the warehouse and return its URL, password included."""
    _create_database(AIRFLOW_DATABASE)
    with _on_server() as cursor:
        # Whoever may read marts has no business among the scheduler's connections and logs.
        cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(AIRFLOW_DATABASE)))
    return admin_url(AIRFLOW_DATABASE).render_as_string(hide_password=False)


def _create_database(name: str) -> None:
    with _on_server() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (name,))
        if cursor.fetchone() is None:
            # Another bootstrap may be faster.
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


@contextlib.contextmanager
def _on_server() -> Iterator[psycopg2.extensions.cursor]:
    connection = opened(admin_url("postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _create_roles(cursor) -> None:
    for role in (OWNER, *grants.roles()):
        name = sql.Identifier(role)
        cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("create role {} login").format(name))
        cursor.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(password(role))))
        if role == OWNER:
            continue
        document = grants.roles()[role]
        cursor.execute(sql.SQL("comment on role {} is {}").format(name, sql.Literal(document["comment"])))
        for setting, value in document["settings"].items():
            cursor.execute(
                sql.SQL("alter role {} set {} = {}").format(name, sql.Identifier(setting), sql.Literal(str(value)))
            )
    # A managed Postgres gives no superuser: whoever made the owner may still have to be told to act as it.
    cursor.execute("select current_user, pg_has_role(current_user, %s, 'SET')", (OWNER,))
    administrator, acts_as_owner = cursor.fetchone()
    if not acts_as_owner:
        cursor.execute(sql.SQL("grant {} to {}").format(sql.Identifier(OWNER), sql.Identifier(administrator)))
    # The owner drops and locks what dbt built, so it inherits the transformer; never the other way round.
    cursor.execute(sql.SQL("grant transformer to {}").format(sql.Identifier(OWNER)))
    cursor.execute(
        sql.SQL("grant create, connect, temporary on database {} to {}").format(
            sql.Identifier(database()), sql.Identifier(OWNER)
        )
    )
    cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database())))
    for role in grants.roles():
        verbs = "connect, temporary" if role in ("loader", "transformer", "analyst") else "connect"
        cursor.execute(
            sql.SQL("grant " + verbs + " on database {} to {}").format(sql.Identifier(database()), sql.Identifier(role))
        )


def _create_schemas(cursor) -> None:
    for schema in grants.SCHEMAS:
        cursor.execute(
            sql.SQL("create schema if not exists {} authorization {}").format(
                sql.Identifier(schema), sql.Identifier(OWNER)
            )
        )
