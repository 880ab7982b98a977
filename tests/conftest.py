"""Give tests a real Postgres: one server for the whole run, and a warehouse of its own for each test that asks."""

import contextlib
import datetime as dt
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql
from xdist.scheduler import LoadScopeScheduling

from warehouse import bootstrap, build, connection, server
from warehouse.paths import ROOT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)


class KeepTogether(LoadScopeScheduling):
    """Gives a file's tests, and all files that look at the loaded region, to one worker: what is dear is made once."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "the loaded region" if _looks_at_the_region(path) else path


@cache
def _looks_at_the_region(path: str) -> bool:
    return "loaded_region" in (ROOT / path).read_text(encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Many short files come last, so that no worker is left alone with a long one."""
    items.sort(key=lambda item: item.nodeid.startswith("tests/unit/"))


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> KeepTogether:
    """Hand out the tests by what they share, in their order, whatever the command line says."""
    config.option.loadscopereorder = False
    return KeepTogether(config, log)


@pytest.fixture
def as_of() -> dt.datetime:
    """The moment tests speak for; no test reads the clock."""
    return AS_OF


@pytest.fixture(scope="session")
def state_folder(tmp_path_factory) -> Iterator[Path]:
    """A state folder of this test run alone, with a server in it; both are gone at the end."""
    folder = tmp_path_factory.mktemp("state")
    # Senders' servers run on this machine, and no test calls another.
    theirs = {"ASSURE_ALLOWED_HOSTS": "127.0.0.1", "ASSURE_ALLOWED_FOLDERS": None}
    with _environment(ASSURE_STATE=str(folder), ASSURE_DATABASE_URL=None, ASSURE_MASTER_KEY=None, **theirs):
        server.start(folder, durable=False)
        yield folder
        server.erase(folder)


@contextlib.contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _administrator(database: str = "postgres"):
    opened = connection.opened(connection.admin_url(database))
    opened.autocommit = True
    return opened


def _create(database: str, template: str | None = None) -> None:
    with contextlib.closing(_administrator()) as administrator, administrator.cursor() as cursor:
        statement = sql.SQL("create database {}").format(sql.Identifier(database))
        if template:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        cursor.execute(statement)


def _drop(database: str) -> None:
    with contextlib.closing(_administrator()) as administrator, administrator.cursor() as cursor:
        cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


@pytest.fixture(scope="session")
def scratch(state_folder) -> Iterator[psycopg2.extensions.connection]:
    """A connection to an empty database, for SQL that needs no warehouse."""
    name = f"scratch_{uuid.uuid4().hex[:8]}"
    _create(name)
    opened = _administrator(name)
    opened.autocommit = False
    yield opened
    opened.close()
    _drop(name)


@pytest.fixture(scope="session")
def bootstrapped(state_folder, tmp_path_factory) -> str:
    """The name of a bootstrapped, empty warehouse that others are copied from; never written to."""
    name = "assure_template"
    with _environment(ASSURE_DATABASE=name):
        bootstrap.bootstrap()
        _parse_for_all(state_folder, _of_all_workers(tmp_path_factory))
    return name


@pytest.fixture(scope="session")
def parsed_project(bootstrapped, tmp_path_factory) -> Path:
    """The folder of dbt's parsed project, for `give_parsed_project` and a state folder of a module's own."""
    return _of_all_workers(tmp_path_factory)


def _of_all_workers(tmp_path_factory) -> Path:
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _parse_for_all(state: Path, shared: Path) -> None:
    """Have dbt parse the project in the state folder of whoever comes first; the others take what it made."""
    from tests.dbt_run import ALWAYS

    with (shared / "parsed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(shared.glob("parsed-*")):
            build.parse(ALWAYS)
            (made,) = (state / "dbt").glob("parsed-*")
            shutil.copy(made, shared)
    give_parsed_project(state, shared)


def give_parsed_project(state: Path, shared: Path) -> None:
    """Put what dbt parsed into a state folder, so that no build there parses again."""
    work = state / "dbt"
    work.mkdir(exist_ok=True)
    for made in shared.glob("parsed-*"):
        shutil.copy(made, work)


@pytest.fixture
def warehouse_database(bootstrapped) -> Iterator[str]:
    """A bootstrapped, empty warehouse of this test alone; `warehouse.connection` speaks to it while the test runs."""
    yield from _own_warehouse(bootstrapped)


@pytest.fixture(scope="module")
def shared_warehouse(bootstrapped) -> Iterator[str]:
    """A bootstrapped warehouse that the tests of one module share, for modules that load once and ask often."""
    yield from _own_warehouse(bootstrapped)


def _own_warehouse(template: str) -> Iterator[str]:
    name = f"assure_{uuid.uuid4().hex[:8]}"
    _create(name, template)
    with _environment(ASSURE_DATABASE=name):
        # A copy keeps its tables' grants, not those of the database itself.
        bootstrap.bootstrap()
        yield name
    _drop(name)


@pytest.fixture(scope="session")
def region(tmp_path_factory) -> Path:
    """The made-up region's files as its senders send them; read, never changed."""
    from assure import demonstration

    return demonstration.write_region(tmp_path_factory.mktemp("region") / "files")


@pytest.fixture(scope="session")
def loaded_region(bootstrapped, region) -> Iterator[str]:
    """A warehouse into which the made-up region was loaded, built and published, by the functions the DAGs call."""
    from assure import demonstration

    for _ in _own_warehouse(bootstrapped):
        demonstration.carry(region)
        yield os.environ["ASSURE_DATABASE"]
