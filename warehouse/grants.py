"""Turn grants.yml into roles and privileges, as often as asked, with the same result."""

from functools import cache
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from warehouse import yaml_files

BUILT_BESIDE = ("marts", "published")
OWN = "own"
"""Pseudo-verb: the role owns the tables it makes there, and an owner's own rights are nobody's to revoke."""


@cache
def _document() -> dict:
    return yaml_files.read(Path(__file__).parent / "grants.yml")


SCHEMAS = tuple(_document()["schemas"])


def roles() -> dict[str, dict]:
    """Return the login roles of grants.yml with their comment and settings."""
    return _document()["roles"]


def grants() -> dict[str, dict[str, list[str]]]:
    """Return schema or schema.table → role → verbs."""
    return _document()["grants"]


def apply(connection: Connection, schemas: tuple[str, ...] = SCHEMAS) -> None:
    """Re-apply every grant on `schemas`, and what they hold in words: what grants.yml does not say is revoked."""
    with connection.cursor() as cursor:
        for schema in schemas:
            words = {"schema": sql.Identifier(schema), "says": sql.Literal(_document()["schemas"][schema])}
            cursor.execute(sql.SQL("comment on schema {schema} is {says}").format(**words))
            for role in roles():
                _apply_schema(cursor, schema, role, grants().get(schema, {}).get(role, []))
        for target, by_role in grants().items():
            schema, _, table = target.partition(".")
            if table and schema in schemas:
                for role, verbs in by_role.items():
                    _apply_table(cursor, schema, table, role, verbs)


def _apply_schema(cursor, schema: str, role: str, verbs: list[str]) -> None:
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
    cursor.execute(sql.SQL("revoke all on schema {schema} from {role}").format(**names))
    if OWN not in verbs:
        cursor.execute(sql.SQL("revoke all on all tables in schema {schema} from {role}").format(**names))
    if not verbs:
        return
    cursor.execute(sql.SQL("grant usage on schema {schema} to {role}").format(**names))
    if "create" in verbs:
        cursor.execute(sql.SQL("grant create on schema {schema} to {role}").format(**names))
    on_tables = [verb for verb in verbs if verb not in ("create", OWN)]
    if on_tables:
        listed = sql.SQL(", ").join(map(sql.SQL, on_tables))
        cursor.execute(
            sql.SQL("grant {verbs} on all tables in schema {schema} to {role}").format(verbs=listed, **names)
        )
    if "insert" in verbs:
        cursor.execute(sql.SQL("grant usage, select on all sequences in schema {schema} to {role}").format(**names))


def _apply_table(cursor, schema: str, table: str, role: str, verbs: list[str]) -> None:
    names = {"table": sql.Identifier(schema, table), "role": sql.Identifier(role)}
    cursor.execute(sql.SQL("revoke all on {table} from {role}").format(**names))
    if verbs:
        listed = sql.SQL(", ").join(map(sql.SQL, verbs))
        cursor.execute(sql.SQL("grant {verbs} on {table} to {role}").format(verbs=listed, **names))
