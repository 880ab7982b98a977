"""Land rows by hand, or make up a sender whose files are loaded as any sender's are."""

import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from expectations.contract import Contract, load_contracts
from tests.made_up_sender import SUBMITTED_AT, MadeUpSender, provider_file
from warehouse import connection, ledger

AZURITE_REMEDY = "no azurite-blob: npm install --prefix .cache/azurite azurite@3.35.0"


def azurite() -> str | None:
    """Return the program that speaks as Azure's blobs do: on PATH, or where .ci/run puts it."""
    here = Path(__file__).resolve().parents[2] / ".cache" / "azurite" / "node_modules" / ".bin"
    return shutil.which("azurite-blob") or shutil.which("azurite-blob", path=str(here))


def _is_left_out() -> bool:
    """Say whether Azure's tests are left out: there is no Azurite, and npm may reach no registry to bring one."""
    return azurite() is None


def pytest_configure(config):
    config.addinivalue_line("markers", "azurite: needs azurite-blob, which npm brings")


def pytest_report_header() -> str | None:
    return f"Azure's tests left out: {AZURITE_REMEDY}" if _is_left_out() else None


def pytest_collection_modifyitems(config, items):
    if not _is_left_out():
        return
    left_out = [item for item in items if item.get_closest_marker("azurite")]
    items[:] = [item for item in items if not item.get_closest_marker("azurite")]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def loader(shared_warehouse) -> psycopg2.extensions.connection:
    """A connection as the role that lands and judges."""
    with connection.connect("loader") as opened:
        yield opened


@pytest.fixture
def land_rows(loader) -> Callable[..., int]:
    """Call with a record and rows (dicts, unnamed columns blank) to land them; returns the load id.

    The first row is row 2, as below a heading.
    """

    def land(record: str, rows: Sequence[dict[str, Any]], contract: Contract | None = None, nil: bool = False) -> int:
        contract = contract or load_contracts()[record]
        name = uuid.uuid4().hex
        delivery = ledger.Delivery(
            provider_code="ZW1", feed=record, file_name=f"{name}.csv", file_sha256=name,
            mapping_version="1", contract_versions="1", submitted_at=SUBMITTED_AT, byte_count=1,
            agreement_reference="A1",
        )  # fmt: skip
        load_id, _ = ledger.register(loader, delivery, SUBMITTED_AT)
        with loader.cursor() as cursor:
            for number, row in enumerate(rows, start=2):
                place = {"load_id": load_id, "row_number": number, "part": 1}
                _insert(cursor, "raw", record, place | {"provider_code": "ZW1"} | _only(row, contract.raw_columns))
                if contract.restricted_columns:
                    _insert(cursor, "restricted", record, place | _only(row, contract.restricted_columns))
        ledger.carry(loader, load_id, [(record, "events", len(rows))])
        ledger.move(loader, load_id, "landed", SUBMITTED_AT, rows_landed=len(rows), is_nil_return=nil)
        return load_id

    return land


def _only(row: dict[str, Any], columns) -> dict[str, Any]:
    return {column.name: row[column.name] for column in columns if column.name in row}


def _insert(cursor, schema: str, record: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    cursor.execute(f'insert into {schema}."{record}" ({names}) values %s', (tuple(row.values()),))


@pytest.fixture(scope="module")
def sender(shared_warehouse, tmp_path_factory) -> Iterator[Callable[..., MadeUpSender]]:
    """Call to make a sender of incidents; `feeds` and other keys of its provider file may be given."""
    folder = tmp_path_factory.mktemp("providers")

    def make(**changed) -> MadeUpSender:
        return MadeUpSender(f"z{uuid.uuid4().hex[:6]}", folder, provider_file(**changed))

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSURE_PROVIDERS", str(folder))
        yield make
