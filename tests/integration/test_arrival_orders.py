"""In whatever order and waves a sender's files come, every row that is made of them is the same, byte for byte."""

import datetime as dt
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import yaml

from loaders import coverage, load
from loaders.senders.provider import Provider, load_provider
from tests.dbt_run import dbt, parents
from tests.made_up_sender import AGREEMENT, provider_file
from warehouse import ledger
from warehouse.connection import connect

Ask = Callable[[str], list[tuple]]

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
ORDERS = 100
"""Each order has a sender and an ICB of its own in one warehouse, so that one build makes the marts of them all."""
MARK = "ORDER_"
"""Begins the code of every order's sender, followed by three digits; nothing else in the warehouse is called so."""


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
def ask(shared_warehouse) -> Iterator[Ask]:
    """A question to the warehouse as the role that builds."""
    with connect("transformer") as connection, connection.cursor() as cursor:

        def ask(question: str) -> list[tuple]:
            cursor.execute(question)
            return cursor.fetchall()

        yield ask


@pytest.fixture(scope="module")
def relations(shared_warehouse, tmp_path_factory, ask) -> dict[str, list[str]]:
    """Load the same files in every order, build once; the columns of all that was made."""
    folder = tmp_path_factory.mktemp("providers")
    code = f"{MARK.lower()}000"
    document = provider_file(
        agreements=[AGREEMENT | {"records": ["activity_count", "change", "incident", "input", "service"]}],
        feeds=FEEDS, code=code, door={"url": folder.as_uri()},
    )  # fmt: skip
    (folder / f"{code}.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    # Several senders at once, as their DAGs run.
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(partial(in_some_order, load_provider(folder / f"{code}.yml"), folder), range(ORDERS)))
    with connect("loader") as connection:
        coverage.refresh(connection, loaded, AS_OF)
    dbt("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", as_of=AS_OF)
    columns = ask(
        "select table_schema || '.' || table_name, array_agg(column_name::text order by ordinal_position)"
        " from information_schema.columns"
        " where table_schema in ('staging', 'intermediate', 'marts', 'published') group by 1 order by 1"
    )
    return dict(columns)


def in_some_order(pattern: Provider, folder: Path, number: int) -> Provider:
    """Send and load all files in an order and in waves that the number decides, as a sender of its own."""
    chance, code = random.Random(number), f"{MARK.lower()}{number:03}"
    door = folder / code
    door.mkdir()
    at_door = pattern.door.model_copy(update={"url": door.as_uri()})
    provider = pattern.model_copy(update={"code": code, "icb_code": f"ICB_{code.upper()}", "door": at_door})
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


def differs_with_arrival(relation: str) -> set[str]:
    """Name the columns that legitimately say how files were met: in staging, the period of rows that replace none.

    Bytes that two months share are landed once, under the name met first; only rows that replace a period are bound
    to the one their file was named for.
    """
    delivers = {table["record"]: table["delivers"] for feed in FEEDS.values() for table in feed["tables"]}
    record = relation.removeprefix("staging.stg_").removesuffix("_version")
    return set() if delivers.get(record, "period") == "period" else {"period_start_on", "period_end_on"}


def rows(relation: str, columns: list[str]) -> str:
    """Return SQL for a relation's rows as text, with the code of the sender each is of; null where of none."""
    # Loads are numbered as they are met; a load stands for the bytes that a sender sent for a feed.
    instead = {"load_id": "concat_ws('/', sent.provider_code, sent.feed, sent.file_sha256)"}
    cells = [instead.get(name, f'line."{name}"') for name in columns if name not in differs_with_arrival(relation)]
    return f"""
        select row, substr(row, nullif(strpos(row, '{MARK}'), 0), {len(MARK) + 3}) as code
        from (
            select row({", ".join(cells)})::text as row
            from {relation} as line {"inner join staging.stg_delivery as sent using (load_id)" * ("load_id" in columns)}
        ) as told
    """


@pytest.fixture(scope="module")
def told(relations, ask) -> dict[str, dict[str | None, str]]:
    """What each relation holds of each sender, sorted, as one hash; its own code is left out, another's is not.

    Under None stands what is of no sender.
    """
    return {
        relation: dict(
            ask(
                f"""
                select code, md5(string_agg(row, E'\n' order by row collate "C"))
                from (select code, coalesce(replace(row, code, 'CODE'), row) as row from ({rows(relation, columns)})
                    as read) as told
                group by code
                """
            )
        )
        for relation, columns in relations.items()
    }


def test_a_hundred_orders_give_the_same_rows_byte_for_byte(told):
    of_senders = {relation: [of_it for code, of_it in hashes.items() if code] for relation, hashes in told.items()}
    differing = {
        relation: sorted(Counter(hashes).values(), reverse=True)
        for relation, hashes in of_senders.items()
        if hashes and (len(hashes) < ORDERS or len(set(hashes)) > 1)
    }
    assert differing == {}, "how many orders give each version of what a relation holds"
    # What is made of nothing is the same, too: these are made of what was sent.
    assert {relation for relation, hashes in of_senders.items() if hashes} >= {
        "staging.stg_activity_count", "staging.stg_change_version", "staging.stg_delivery", "staging.stg_incident",
        "staging.stg_input", "staging.stg_rule_result", "staging.stg_service", "staging.stg_sighting",
        "marts.dim_organisation", "marts.dim_service", "marts.fct_activity_counts", "marts.fct_changes",
        "marts.fct_incidents", "marts.fct_inputs", "marts.fct_measures", "marts.mart_completeness",
        "marts.mart_coverage", "marts.mart_data_quality", "marts.mart_evidence", "marts.mart_figures",
        "marts.mart_findings",
        "published.pub_changes", "published.pub_coverage", "published.pub_data_quality", "published.pub_evidence",
        "published.pub_expectations",
        "published.pub_figures", "published.pub_findings", "published.pub_inputs", "published.pub_measures",
    }  # fmt: skip


def test_rows_of_no_sender_are_made_of_nothing_that_is_sent(told, ask):
    made_of = parents()

    def is_reached_by_senders(name: str) -> bool:
        return name.startswith("source.") or any(is_reached_by_senders(parent) for parent in made_of[name])

    nodes = {name.rpartition(".")[2]: name for name in made_of if name.startswith(("model.", "seed."))}
    of_nobody = {relation for relation, hashes in told.items() if None in hashes}
    assert "marts.dim_date" in of_nobody
    # The quarters that are measured are one list for all, from the first day that anybody was due to send for.
    quarters = {"intermediate.int_quarters__measured"}
    beside_senders = {one for one in of_nobody - quarters if is_reached_by_senders(nodes[one.partition(".")[2]])}
    # Beside the senders stand the trusts of the national directory, and nobody else.
    directory = "select organisation_code from intermediate.ods_nhs_trusts"
    for relation in sorted(beside_senders):
        senders = f"organisation_id like '{MARK}%'"
        assert ask(f"select organisation_id from {relation} where ({senders}) is not true except {directory}") == []


def test_the_orders_are_indeed_many(told, ask):
    orders = ask(
        "select string_agg(feed || file_sha256, ' ' order by load_id) from staging.stg_delivery group by provider_code"
    )
    assert len(orders) == ORDERS
    assert len(set(orders)) > ORDERS / 2
