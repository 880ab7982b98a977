"""In whatever order and waves a sender's files come, everything the marts are made of, and the marts, are the same."""

import datetime as dt
import os
import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import yaml

from expectations.contract import load_contracts
from loaders import coverage, load
from loaders.senders.provider import Provider, load_provider
from tests.dbt_run import dbt
from tests.made_up_sender import AGREEMENT, provider_file
from warehouse import ledger
from warehouse.connection import connect

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
ORDERS = 100
BUILT_ORDERS = 5
"""Orders whose marts are built, in one build: every sender is the only one of an ICB of its own."""


def monthly(name: str, *tables: dict, **keys) -> dict:
    """A feed of one CSV for each month."""
    return {"files": f"{name}_{{period:%Y-%m}}*", "every": "month", "first_period": "2026-04-01"} | keys | {
        "format": {"kind": "csv"}, "tables": list(tables)
    }  # fmt: skip


FEEDS = {
    # Restated, re-issued, provisional and final; a month that says nil.
    "activity": monthly(
        "activity",
        {
            "record": "activity_count", "delivers": "period",
            "columns": {"service_id": "Ref", "count_kind": "Kind", "counted": "Count", "status": "Status"},
        },
        files="activity_{period:%Y-%m}_{status}{version}.csv",
    ),
    # Registers, one of which comes back to what it was.
    "services": monthly(
        "services",
        {"record": "service", "delivers": "snapshot", "columns": {"service_id": "Ref", "service_name": "Name"}},
        files="services_{period:%Y-%m}.csv",
    ),
    # What is due is put off from register to register: the first deadline is the first by submission.
    "changes": monthly(
        "changes",
        {
            "record": "change", "delivers": "snapshot",
            "columns": {"change_id": "Ref", "changed": "Changed", "due_on": "Due", "decision_ids": "Decisions"},
        },
        files="changes_{period:%Y-%m}.csv",
    ),
    # Events overlap: a revision, and the same revision twice with other content.
    "incidents": monthly(
        "incidents",
        {
            "record": "incident", "delivers": "events",
            "columns": {
                "incident_id": "Ref", "revision": "Revision", "occurred_on": "Happened", "reported_on": "Reported",
                "service_id": "Ward", "incident_kind": "Kind",
            },
        },
        files="incidents_{period:%Y-%m}.csv",
    ),
    "inputs": monthly(
        "inputs",
        {
            "record": "input", "delivers": "period",
            "columns": {"input_id": "Ref", "received_on": "On", "said": "Said", "service_id": "Service"},
        },
        files="inputs_{period:%Y-%m}.csv",
    ),
}  # fmt: skip

COUNTS = "Ref,Kind,Count,Status\nS1,occupied_bed_days,{},{}\n"
INCIDENTS = "Ref,Revision,Happened,Reported,Ward,Kind\n"
FIRST_SERVICES = "Ref,Name\nS1,The ward\nS2,The drop-in\n"
FILES = (
    # name, content, day of 2026 on which it was sent
    ("activity_2026-04_provisional.csv", COUNTS.format(300, "provisional"), "05-11"),
    ("activity_2026-04_final.csv", COUNTS.format(310, "final"), "05-20"),
    ("activity_2026-05_provisional.csv", COUNTS.format(299, "provisional"), "06-10"),
    ("activity_2026-05_provisional_v2.csv", COUNTS.format(305, "provisional"), "06-10"),
    ("activity_2026-05_final.csv", COUNTS.format(299, "provisional"), "06-25"),  # the bytes of the first provisional
    ("activity_2026-06_provisional.csv", "nil return\n", "07-28"),  # late
    ("services_2026-04.csv", FIRST_SERVICES, "05-05"),
    ("services_2026-05.csv", "Ref,Name\nS1,The ward (closed)\n", "06-05"),
    ("services_2026-06.csv", FIRST_SERVICES, "07-06"),  # back to what it was
    ("changes_2026-04.csv", "Ref,Changed,Due,Decisions\nC1,Doors open at eight,2026-06-30,\n", "05-06"),
    ("changes_2026-05.csv", "Ref,Changed,Due,Decisions\nC1,Doors open at eight,2026-09-30,\n", "06-08"),
    ("changes_2026-06.csv", "Ref,Changed,Due,Decisions\nC1,Doors open at eight,2026-12-31,\n", "07-07"),
    ("incidents_2026-04.csv", f"{INCIDENTS}I1,1,2026-04-03,2026-04-04,S1,falls\n", "05-07"),
    ("incidents_2026-05.csv", f"{INCIDENTS}I1,2,2026-04-02,2026-04-04,S1,falls\nI2,1,2026-05-01,,S1,falls\n", "06-09"),
    ("incidents_2026-06.csv", f"{INCIDENTS}I2,1,2026-05-01,2026-05-09,S2,self_harm\n", "06-09"),  # at the same moment
    ("inputs_2026-04.csv", "Ref,On,Said,Service\nIN1,2026-04-09,More evening groups,S2\n", "05-08"),
    ("inputs_2026-05.csv", "nil\n", "06-05"),
    ("inputs_2026-06.csv", "nil\n", "07-03"),  # the bytes of May's
)


@pytest.fixture(scope="module")
def ask(shared_warehouse) -> Iterator[Callable[[str], list[tuple]]]:
    """A question to the warehouse as the role that builds."""
    with connect("transformer") as connection, connection.cursor() as cursor:

        def ask(question: str) -> list[tuple]:
            cursor.execute(question)
            return cursor.fetchall()

        yield ask


@pytest.fixture(scope="module")
def marts(shared_warehouse, tmp_path_factory, ask) -> dict[str, dict[str, str]]:
    """Load the same files in as many orders as there are senders; what stands in marts of each of the first few."""
    folder = tmp_path_factory.mktemp("providers")
    document = provider_file(
        agreements=[AGREEMENT | {"records": ["activity_count", "change", "incident", "input", "service"]}],
        feeds=FEEDS, code="o000", door={"url": folder.as_uri()},
    )  # fmt: skip
    (folder / "o000.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    pattern = load_provider(folder / "o000.yml")

    def in_orders(numbers: range) -> list[Provider]:
        # Several senders at once, as their DAGs run.
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(partial(in_some_order, pattern, folder), numbers))

    loaded = in_orders(range(BUILT_ORDERS))
    with connect("loader") as connection:
        coverage.refresh(connection, loaded, AS_OF)
    dbt("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", as_of=AS_OF)
    built = {
        f"{schema}.{table}": of_each(ask, schema, table, "icb_code")
        for schema, table in ask(
            "select table_schema, table_name from information_schema.columns where column_name = 'icb_code'"
            " and table_schema in ('marts', 'published') and table_name not like 'pub\\_editions%' order by 1, 2"
        )
    }
    loaded += in_orders(range(BUILT_ORDERS, ORDERS))
    with connect("loader") as connection:
        coverage.refresh(connection, loaded, AS_OF)
    return built


def in_some_order(pattern: Provider, folder: Path, number: int) -> Provider:
    """Send and load all files in an order and in waves that the number decides, as a sender of its own."""
    chance, code = random.Random(number), f"o{number:03}"
    door = folder / code
    door.mkdir()
    at_door = pattern.door.model_copy(update={"url": door.as_uri()})
    provider = pattern.model_copy(update={"code": code, "icb_code": f"ICB{code.upper()}", "door": at_door})
    waiting = chance.sample(FILES, len(FILES))
    while waiting:
        wave, waiting = waiting[: (size := chance.randint(3, len(FILES)))], waiting[size:]
        for name, content, day in wave:
            send(door / name, content, dt.datetime.fromisoformat(f"2026-{day}T09:00:00+00:00"))
        load.load_sender(provider, AS_OF)
        with connect("loader") as connection:
            judged = [one["load_id"] for one in ledger.loads(connection, "judged", provider.organisation_code)]
            ledger.accept(connection, chance.sample(judged, len(judged)), AS_OF)
    shutil.rmtree(door)
    return provider


def send(path: Path, content: str, at: dt.datetime) -> None:
    path.write_text(content, encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))


def of_each(ask, schema: str, table: str, key: str, without: tuple[str, ...] = (), join: str = "") -> dict[str, str]:
    """What a table holds of each sender, in order, as one hash; the sender's own code is left out."""
    file = "|| coalesce(files.file_sha256, '')" if join else ""
    rows = ask(
        f"""
        select code, md5(string_agg(row, E'\\n' order by row))
        from (
            select
                right({key}, 4) as code,
                replace((to_jsonb(line) - array{list(without)}::text[])::text, right({key}, 4), 'CODE') {file} as row
            from {schema}.{table} as line {join}
            where {key} ~ '^(ICB)?O[0-9]{{3}}$'
        ) as told
        group by code
        """
    )
    return dict(rows)


def test_the_marts_are_the_same_byte_for_byte(marts):
    assert len(marts) > 30
    assert {name: sorted(set(of_all.values())) for name, of_all in marts.items() if len(set(of_all.values())) > 1} == {}
    assert {name for name, of_all in marts.items() if 0 < len(of_all) < BUILT_ORDERS} == set()
    assert len(marts["marts.fct_inputs"]) == len(marts["marts.mart_coverage"]) == BUILT_ORDERS


def test_everything_the_marts_are_made_of_is_the_same_in_a_hundred_orders(marts, ask):
    contracts = load_contracts()
    differing, seen = {}, set()
    for (table,) in ask("select table_name from information_schema.views where table_schema = 'staging' order by 1"):
        columns = {
            name
            for (name,) in ask(
                "select column_name from information_schema.columns"
                f" where table_schema = 'staging' and table_name = '{table}'"
            )
        }
        # The number of a load is the order in which it was met; its file stands for it.
        join = "left join staging.stg_delivery as files using (load_id)" if "load_id" in columns else ""
        key = next((name for name in ("provider_code", "organisation_code") if name in columns), None)
        if key is None and not join:
            continue
        record = table.removeprefix("stg_").removesuffix("_version")
        own = contracts[record].pipeline_columns if record in contracts else ()
        # Only rows that replace a period have the one their file was named for.
        replaces = record in ("activity_count", "input")
        without = ("load_id", *(name for name in own if name.startswith("period_") and not replaces))
        key = f"files.{key or 'provider_code'}" if join and key != "organisation_code" else f"line.{key}"
        hashes = of_each(ask, "staging", table, key, without, join)
        seen |= {table} if hashes else set()
        if hashes and (len(hashes) < ORDERS or len(set(hashes.values())) > 1):
            differing[table] = (len(hashes), len(set(hashes.values())))
    assert differing == {}
    assert seen >= {"stg_activity_count", "stg_service", "stg_incident", "stg_change_version", "stg_delivery"}
