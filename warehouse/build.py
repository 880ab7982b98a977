"""Build the marts beside the ones people read, test them, and swap them in, in one short transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg2 import errorcodes, sql
from psycopg2.extensions import connection as Connection

from warehouse import grants, lineage
from warehouse.connection import OWNER, DatabaseFault, connect, database, url
from warehouse.paths import ROOT, state
from warehouse.periods import LONDON

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

log = logging.getLogger(__name__)

NEXT = "_next"
SWAP_TRIES = 200
LOCK_TIMEOUT = "100ms"
IN_USE = {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED}
BUILD_LOCK = "assure build"
"""Advisory lock of whoever builds, or changes what every model of a build must read alike."""


SEE_MORE = "run `ASSURE_DEBUG=1 assure build` at a terminal to see what dbt says, which may quote a record"


class BuildFailed(RuntimeError):
    """dbt could not build or a test failed; the marts people read are the ones of before."""


def build(accepted_through: int, as_of: dt.datetime, report_quarter: str) -> int:
    """Build and test everything that sequence `accepted_through` makes visible; return the build's number.

    Nothing of it is visible until `swap`. Raises BuildFailed with the names of what failed.
    """
    with _one_at_a_time():
        build_id = _begin(accepted_through, as_of, report_quarter)
        _make_next_schemas()
        with lineage.run("build", build_id, as_of):
            outcome = _build_all(_variables(accepted_through, as_of, report_quarter))
        failures = [name for name, status, _ in outcome if status in ("error", "fail", "runtime error")]
        with connect("transformer") as connection, connection.cursor() as cursor:
            cursor.execute(
                "update audit.builds set state = %s, model_seconds = %s, failures = %s where build_id = %s",
                (
                    "failed" if failures or not outcome else "built",
                    json.dumps({name: round(seconds, 3) for name, _, seconds in outcome}),
                    json.dumps([*failures, *(name for name, status, _ in outcome if status == "warn")]),
                    build_id,
                ),
            )
    if failures or not outcome:
        raise BuildFailed(f"dbt stopped at: {', '.join(failures) or 'its beginning'}; {SEE_MORE}")
    return build_id


def swap(build_id: int) -> None:
    """Put a finished build in the place of the marts people read. Readers see the old or the new, never a mixture.

    Swapping a build twice is swapping it once. Raises BuildFailed when a later build has taken its place.
    """
    with _one_at_a_time():
        if not _is_swapped(build_id):
            _swap_between_readers(build_id)
        _drop_old()
    log.info("swapped", extra={"build_id": build_id})


def latest(connection: Connection) -> dict | None:
    """Return the build people read now: build_id, accepted_through, as_of, report_quarter, code_version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select build_id, accepted_through, as_of, report_quarter, code_version from audit.builds"
            " where state = 'swapped' order by build_id desc limit 1"
        )
        row = cursor.fetchone()
    names = ("build_id", "accepted_through", "as_of", "report_quarter", "code_version")
    return dict(zip(names, row, strict=True)) if row else None


def described(built: dict) -> tuple[dict, dict]:
    """Return what dbt knows of the project and of the tables of the latest build: its manifest and catalogue, as JSON.

    Models stand in it as they are written: to compile them takes six times as long.
    """
    variables = _variables(built["accepted_through"], built["as_of"], built["report_quarter"])
    with _one_at_a_time():
        project = parse(variables)
        outcome = run_dbt(["docs", "generate", "--no-compile"], variables, project)
    if not outcome.success:
        raise BuildFailed(f"dbt could not describe the marts: {type(outcome.exception).__name__}; {SEE_MORE}")
    return project.writable_manifest().to_dict(omit_none=False), outcome.result.to_dict(omit_none=False)


def is_current(accepted_through: int, as_of: dt.datetime, report_quarter: str) -> bool:
    """Say whether the marts people read already speak for this sequence, day, quarter and code."""
    with connect("transformer") as connection:
        built = latest(connection)
    return built is not None and (
        built["accepted_through"], built["as_of"].astimezone(LONDON).date(),
        built["report_quarter"], built["code_version"],
    ) == (accepted_through, as_of.astimezone(LONDON).date(), report_quarter, code_version())  # fmt: skip


def code_version() -> str:
    """Return the package's version, its commit in a checkout, and what the models, seeds and settings of dbt are."""
    try:
        released = version("coproduction-assurance")
    except PackageNotFoundError:
        released = "unreleased"
    parts = [digest_of_project(ROOT / "dbt_project")[:8]]
    git = shutil.which("git")
    if git is not None:  # an image holds neither git nor the project's history
        told = subprocess.run(
            [git, "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
        )
        if told.returncode == 0:
            parts.insert(0, told.stdout.strip())
    return f"{released}+{'.'.join(parts)}"


def work_folder():
    """Return the folder of dbt's compiled SQL."""
    folder = state() / "dbt"
    folder.mkdir(exist_ok=True)
    return folder


def dbt_environment() -> dict[str, str]:
    """Return the variables that dbt_project/profiles.yml and the driver below it read, for the transformer role."""
    target = url("transformer")
    return {
        "ASSURE_DBT_HOST": target.host,
        "ASSURE_DBT_PORT": str(target.port or 5432),
        "ASSURE_DBT_DATABASE": target.database,
        "ASSURE_DBT_USER": target.username,
        "ASSURE_DBT_PASSWORD": target.password,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # How the line is to be encrypted, the driver reads from variables of its own.
        **{f"PG{name.upper()}": str(value) for name, value in target.query.items() if name.startswith("ssl")},
    }


def dbt_arguments(variables: dict) -> list[str]:
    """Return the arguments every dbt call of this project shares."""
    return [
        "--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project"),
        "--target-path", str(work_folder() / "target"), "--log-path", str(work_folder()),
        "--vars", json.dumps(variables),
    ]  # fmt: skip


PARSED: dict[str, bytes] = {}
"""The project as dbt parsed it, by everything that decides what it parses."""


def run_dbt(command: list[str], variables: dict, project: Manifest):
    """Run a dbt command on the parsed project with these variables and return dbt's result."""
    from dbt.cli.main import dbtRunner

    os.environ.update(dbt_environment())
    return dbtRunner(project).invoke([*_said_by_dbt(), *command, *dbt_arguments(variables)])


def parse(variables: dict, beside: str = "") -> Manifest:
    """Return the project as dbt parses it for the database of today; `beside` ends the schemas marts and published.

    A parse takes as long as a build, and dbt would repeat it whenever a variable changes, though here no variable
    decides what a node is. So it is kept, in the process and in the state folder, until the project or dbt changes.
    Raises BuildFailed when dbt cannot parse it.
    """
    from dbt.cli.main import dbtRunner

    os.environ.update(dbt_environment())
    arguments = dbt_arguments(variables)
    folder = Path(arguments[1])
    kept = work_folder() / f"parsed-{digest_of_project(folder, str(folder))}.msgpack"
    project = _read_kept(kept)
    if project is None:
        parsing = dbtRunner().invoke([*_said_by_dbt(), "parse", *arguments])
        if not parsing.success:
            # It has read no record yet: what dbt says of its own files may be told.
            raise BuildFailed(f"dbt could not parse its project; {SEE_MORE}") from parsing.exception
        with tempfile.NamedTemporaryFile(dir=work_folder(), delete=False) as draft:
            draft.write((work_folder() / "target" / "partial_parse.msgpack").read_bytes())
        Path(draft.name).replace(kept)
        for older in set(work_folder().glob("parsed-*.msgpack")) - {kept}:
            older.unlink(missing_ok=True)
        # Another process with another project may have taken it away again.
        project = _read_kept(kept) or parsing.result
    for node in project.nodes.values():
        if node.schema in grants.BUILT_BESIDE:
            node.schema += beside
    for node in [*project.nodes.values(), *project.sources.values()]:
        node.database = database()
        if node.relation_name:
            _, _, name = node.relation_name.rpartition('."')
            node.relation_name = f'"{node.database}"."{node.schema}"."{name}'
    return project


def digest_of_project(project: Path, *also: str) -> str:
    """Return a name for what a dbt project says now, under the versions of dbt that read it."""
    of_dbt = sorted(f"{one.name} {one.version}" for one in distributions() if one.name.startswith("dbt"))
    digest = hashlib.sha256("\0".join([*of_dbt, *also]).encode())
    for path in sorted(project.rglob("*")):
        inside = path.relative_to(project)
        if path.is_file() and inside.parts[0] not in ("target", "logs"):
            digest.update(f"\0{inside}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _read_kept(kept: Path) -> Manifest | None:
    """Return the project as it was parsed, or None. A run writes into it, so each has its own."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        if kept.name not in PARSED:
            PARSED[kept.name] = kept.read_bytes()
        return Manifest.from_msgpack(PARSED[kept.name], decoder=extended_mashumuro_decoder)
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged file makes its reader raise
        PARSED.pop(kept.name, None)
        log.warning("the parsed dbt project that was kept cannot be read, and is made anew")
        return None


def _variables(accepted_through: int, as_of: dt.datetime, report_quarter: str) -> dict:
    return {
        "accepted_through": accepted_through,
        "as_of": as_of.isoformat(),
        "as_of_on": as_of.astimezone(LONDON).date().isoformat(),
        "report_quarter": report_quarter,
    }


def _build_all(variables: dict) -> list[tuple[str, str, float]]:
    result = run_dbt(["build", "--exclude-resource-type", "unit_test"], variables, parse(variables, beside=NEXT))
    if result.exception:
        raise BuildFailed(f"dbt could not run: {type(result.exception).__name__}; {SEE_MORE}")
    outcomes = list(result.result or ())
    lineage.tell_parts(_made(outcomes))
    return [(_told(one), str(one.status), one.execution_time) for one in outcomes]


def _made(outcomes: list) -> Iterator[tuple[str, list[lineage.Data], lineage.Data]]:
    """Yield of each seed and model that was built its name, what it reads and what it is, by the names people read."""
    made = {one.node.unique_id: one.node for one in outcomes if one.node.resource_type in ("seed", "model")}

    def data(unique_id: str) -> lineage.Data | None:
        node = made.get(unique_id)
        if node is not None:
            return lineage.table(node.schema.removesuffix(NEXT), node.alias)
        kind, *_, schema, name = unique_id.split(".")
        return lineage.table(schema, name) if kind == "source" else None

    for one in outcomes:
        if one.node.unique_id in made and str(one.status) == "success":
            reads = [data(parent) for parent in getattr(one.node.depends_on, "nodes", ())]
            yield one.node.name, [read for read in reads if read], data(one.node.unique_id)


BROKEN_CONSTRAINT = re.compile(
    r'^\s*(null value in column "\w+"|duplicate key value violates unique constraint "\w+"'
    r'|insert or update on table "\w+" violates foreign key constraint "\w+"'
    r'|new row for relation "\w+" violates check constraint "\w+")',
    re.MULTILINE,
)


def _told(outcome) -> str:
    """Return the node's name, with the constraint it broke if it broke one: the rest of a message quotes cells."""
    broken = BROKEN_CONSTRAINT.search(outcome.message or "")
    return f"{outcome.node.name} ({broken[1]})" if broken else outcome.node.name


def _said_by_dbt() -> list[str]:
    """Return how much dbt may say: nothing, on screen or in a file, unless somebody at a terminal asks for everything.

    Its messages pass on what the database says, and that quotes cells. Which nodes failed stands in audit.builds.
    """
    on_screen = ["--quiet"] if os.environ.get("ASSURE_DEBUG", "") not in ("", "0") else ["--log-level", "none"]
    return [*on_screen, "--log-level-file", "none", "--no-write-json", "--no-use-colors"]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with connect(OWNER) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext(%s))", (BUILD_LOCK,))
        # The lock is the session's: no transaction stands open through all of dbt, to be ended for idling.
        connection.commit()
        yield


def _begin(accepted_through: int, as_of: dt.datetime, report_quarter: str) -> int:
    with connect("transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.builds (accepted_through, as_of, report_quarter, code_version, state)"
            " values (%s, %s, %s, %s, 'building') returning build_id",
            (accepted_through, as_of, report_quarter, code_version()),
        )
        return cursor.fetchone()[0]


def _make_next_schemas() -> None:
    with connect(OWNER) as connection:
        for schema in grants.BUILT_BESIDE:
            _drop_schema(connection, schema + NEXT)
            with connection.cursor() as cursor:
                name = sql.Identifier(schema + NEXT)
                cursor.execute(sql.SQL("create schema {}").format(name))
                cursor.execute(sql.SQL("grant usage, create on schema {} to transformer").format(name))


def _is_swapped(build_id: int) -> bool:
    """Say whether people read this build already; raise BuildFailed when what lies beside the marts is not it."""
    with connect(OWNER) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select state, build_id = (select max(build_id) from audit.builds) from audit.builds where build_id = %s",
            (build_id,),
        )
        state_now, is_latest = cursor.fetchone() or ("unknown", False)
    if state_now == "swapped":
        return True
    if state_now != "built":
        raise BuildFailed(f"build {build_id} is {state_now}, so nothing was swapped; run `assure build`")
    if not is_latest:
        # Each build begins by clearing away what the one before it left beside the marts.
        raise BuildFailed(
            f"a later build has taken the place of build {build_id}; nothing needs doing if that one stands"
        )
    return False


def _swap_between_readers(build_id: int) -> None:
    for _ in range(SWAP_TRIES):
        try:
            with connect(OWNER) as connection:
                return _swap_now(connection, build_id)
        except DatabaseFault as fault:
            if fault.sqlstate not in IN_USE:
                raise
            # Somebody reads: wait a moment, so that readers never queue behind us for long.
            time.sleep(random.uniform(0.02, 0.2))
    raise BuildFailed("the marts are read without a pause; run `assure build` again when long queries have ended")


def _swap_now(connection: Connection, build_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        for schema in grants.BUILT_BESIDE:
            for name, kind in _relations(connection, schema):
                relation = sql.Identifier(schema, name)
                if kind == "v":
                    # LOCK TABLE on a view also locks what it reads, the ledger included; this locks the view alone.
                    cursor.execute(sql.SQL("alter view {} reset (security_barrier)").format(relation))
                else:
                    cursor.execute(sql.SQL("lock table {} in access exclusive mode").format(relation))
        for schema in grants.BUILT_BESIDE:
            old = sql.Identifier(f"{schema}_old_{build_id}")
            cursor.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(schema), old))
            cursor.execute(
                sql.SQL("alter schema {} rename to {}").format(sql.Identifier(schema + NEXT), sql.Identifier(schema))
            )
        grants.apply(connection, grants.BUILT_BESIDE)
        cursor.execute("update audit.builds set state = 'swapped' where build_id = %s", (build_id,))


def _drop_old() -> None:
    with connect(OWNER) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select nspname from pg_namespace where nspname ~ '^(marts|published)_old_[0-9]+$' order by nspname desc"
        )
        old = [row[0] for row in cursor]
    for schema in old:  # published before marts: it may read from them
        try:
            with connect(OWNER) as connection, connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '5s'")
                _drop_schema(connection, schema)
        except DatabaseFault as fault:
            if fault.sqlstate in IN_USE:
                log.warning("old marts are still being read; the next build drops them", extra={"schema": schema})
            elif fault.sqlstate == errorcodes.DEPENDENT_OBJECTS_STILL_EXIST:
                log.warning(
                    "something that is not ours hangs on old marts and shows old figures: point it at the new ones",
                    extra={"schema": schema},
                )
            else:
                raise


def _drop_schema(connection: Connection, schema: str) -> None:
    """Drop a schema and what we built in it, by name and never with CASCADE: what others hung on it must not go."""
    relations = _relations(connection, schema)
    with connection.cursor() as cursor:
        for word, kinds in (("view", "v"), ("materialized view", "m"), ("table", "rp")):
            ours = [sql.Identifier(schema, name) for name, kind in relations if kind in kinds]
            if ours:  # together, because foreign keys tie them to each other
                cursor.execute(sql.SQL("drop {} {}").format(sql.SQL(word), sql.SQL(", ").join(ours)))
        cursor.execute(sql.SQL("drop schema if exists {}").format(sql.Identifier(schema)))


def _relations(connection: Connection, schema: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, c.relkind::text from pg_class as c"
            " inner join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = %s and c.relkind in ('r', 'v', 'm', 'p') order by c.relname",
            (schema,),
        )
        return cursor.fetchall()
