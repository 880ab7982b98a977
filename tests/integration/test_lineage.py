"""A lineage server hears of every step from a sender's door to an edition, in the standard's words, and of no value."""

import datetime as dt
import json
import logging
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jsonschema
import pytest

from loaders import load
from report import publication
from tests.made_up_sender import provider_file
from warehouse import build, lineage
from warehouse.connection import database, url

HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
MARKER = "marker-7c41"
GOOD = "\n".join([HEAD, *(f"{MARKER}-{number},03/06/2026,04/06/2026,{MARKER},FALL," for number in range(30))])
NAME = "incidents_2026-06.csv"
QUARTER, EDITION = "2026-27-Q1", "2026-27-Q1/ZZL/1"

DATASETS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["namespace", "name"],
        "properties": {"namespace": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1}},
    },
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventType", "eventTime", "producer", "schemaURL", "run", "job", "inputs", "outputs"],
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time"},
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"type": "string", "pattern": r"^https://openlineage\.io/spec/.+RunEvent$"},
        "run": {"type": "object", "required": ["runId"], "properties": {"runId": {"type": "string", "format": "uuid"}}},
        "job": {"type": "object", "required": ["namespace", "name"]},
        "inputs": DATASETS,
        "outputs": DATASETS,
    },
}
"""What the OpenLineage specification asks of a run event."""


class Listener(ThreadingHTTPServer):
    """A lineage server on this machine that keeps what it is told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Post)
        self.told: list[dict] = []

    @property
    def address(self) -> str:
        """Return what OPENLINEAGE_URL is to be."""
        return f"http://127.0.0.1:{self.server_port}"


class _Post(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/v1/lineage":
            self.server.told.append(said)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    server = Listener()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def carried(sender, listener) -> tuple[str, list[dict]]:
    """A sender's file carried from its door to an edition while a lineage server listens; the sender and the events."""
    as_of = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
    one = sender()
    one.send(NAME, GOOD + "\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OPENLINEAGE_URL", listener.address)
        one.load(as_of)
        load.refresh_reference(as_of)
        build.swap(build.build(load.accept_wave(as_of), as_of, QUARTER))
        assert publication.draft_what_is_due(as_of) == [EDITION]
        publication.sign_off(EDITION, "director of quality", as_of)
        publication.publish_what_is_signed_off(as_of)
    return one.code, list(listener.told)


def datasets(events: list[dict], side: str) -> set[tuple[str, str]]:
    return {(one["namespace"], one["name"]) for event in events for one in event[side]}


def test_every_event_is_what_the_standard_asks_for(carried):
    _, events = carried
    checker = jsonschema.Draft202012Validator(RUN_EVENT, format_checker=jsonschema.FormatChecker())
    assert len(events) > 100
    assert [fault.message for event in events for fault in checker.iter_errors(event)] == []
    assert all(str(uuid.UUID(event["run"]["runId"])) == event["run"]["runId"] for event in events)


def test_the_graph_leads_from_the_door_to_the_published_page(carried):
    code, events = carried
    complete = [event for event in events if event["eventType"] == "COMPLETE" and event["job"]["name"] != "build"]
    reached = {("assure://doors", f"{code}/incidents")}
    while (
        found := {
            (one["namespace"], one["name"])
            for event in complete
            if reached & datasets([event], "inputs")
            for one in event["outputs"]
        }
        - reached
    ):
        reached |= found
    assert (f"postgres://{url('reporter').host}:{url('reporter').port}", f"{database()}.marts.fct_incidents") in reached
    assert ("assure://editions", EDITION) in reached
    assert ("assure://editions", f"{EDITION}/report.html") in reached


def test_tables_bear_the_names_that_people_read(carried):
    _, events = carried
    written = datasets(events, "outputs")
    tables = {name for namespace, name in written if namespace.startswith("postgres://")}
    assert {name.split(".")[1] for name in tables} >= {"raw", "staging", "intermediate", "marts", "published"}
    assert [name for name in tables if "_next" in name.split(".")[1]] == []


def test_a_model_says_which_build_it_is_part_of_and_each_run_begins_and_ends(carried):
    code, events = carried
    (build_run,) = {event["run"]["runId"] for event in events if event["job"]["name"] == "build"}
    parts = [event for event in events if event["job"]["name"].startswith("build.")]
    assert {event["run"]["facets"]["parent"]["run"]["runId"] for event in parts} == {build_run}
    for job in (f"load.{code}.incidents", "build", "draft.ZZL", "publish.ZZL"):
        assert [event["eventType"] for event in events if event["job"]["name"] == job] == ["START", "COMPLETE"], job


def test_no_event_holds_a_value_or_the_name_of_a_file(carried):
    _, events = carried
    said = json.dumps(events)
    assert [word for word in (MARKER, NAME, "incidents_2026") if word in said] == []


def test_a_failed_build_is_told_as_failed(shared_warehouse, listener, as_of, monkeypatch):
    def fails(variables):
        raise build.BuildFailed("dbt could not run")

    monkeypatch.setenv("OPENLINEAGE_URL", listener.address)
    monkeypatch.setattr(build, "_build_all", fails)
    before = len(listener.told)
    with pytest.raises(build.BuildFailed):
        build.build(0, as_of, QUARTER)
    assert [event["eventType"] for event in listener.told[before:]] == ["START", "FAIL"]


def test_a_dead_lineage_server_fails_nothing(sender, as_of, monkeypatch, caplog):
    # Nobody listens on the port that says nothing.
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:9")
    one = sender(**provider_file())
    one.send("incidents_2026-05.csv", GOOD.replace("/06/2026", "/05/2026") + "\n")
    one.send(NAME, GOOD + "\n")
    with caplog.at_level(logging.WARNING, "warehouse.lineage"):
        one.load(as_of)
    assert one.ask("select count(*) from audit.deliveries where state = 'judged'") >= [(2,)]
    # Once, not for each file and each end of it.
    said = [record.message for record in caplog.records if record.name == "warehouse.lineage"]
    assert [sentence.partition(":")[0] for sentence in said] == ["lineage is not told of"]


def test_without_a_server_in_the_environment_nothing_is_told(as_of, monkeypatch):
    for name in lineage.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    assert not lineage.is_on()
    with lineage.run("load.zx1.incidents", 1, as_of) as told:
        told.reads.add(lineage.door("zx1", "incidents"))
    assert not told.is_told
