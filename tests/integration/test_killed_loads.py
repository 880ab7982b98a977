"""Kill a loading process wherever it may be, run again, and find the same rows once; let two load at once, likewise."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from loaders import fetching, keep, load
from loaders.senders.provider import load_provider
from warehouse import ledger
from warehouse.connection import ADMIN, connect

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
HEADER = "ref,kind,received,answered"
MANY = 5_200  # more than one batch of COPY
SECONDS = 180
LANDED = 3  # files that reach the end of landing, the refused one among them
SENDER = """\
code: kld
name: Made-up trust
kind: nhs_trust
tier: full
icb_code: ZWL
icb_name: Wenland (made-up ICB)
is_made_up: true
agreements:
  - reference: KLD-1
    valid_from: 2023-04-01
    valid_to: 2027-03-31
    records: [complaint]
    lawful_basis: made up
    controller: Made-up trust
    dpia_reference: KLD-2
    retention_months: 96
    opt_out_applied_by: provider
door:
  url: {door}
feeds:
  complaints:
    files: complaints_{{period:%Y-%m}}{{version}}.csv
    every: month
    first_period: 2026-04-01
    format: {{kind: csv}}
    tables:
      - record: complaint
        delivers: period
        columns: {{complaint_id: ref, case_kind: kind, received_on: received, responded_on: answered}}
"""
LOADER = """
import datetime as dt, importlib, os, signal, sys
from pathlib import Path

sender, as_of, place, number, when, how = sys.argv[1:]
module, _, path = place.partition(":")
owner = importlib.import_module(module)
*between, name = path.split(".")
for part in between:
    owner = getattr(owner, part)
real, calls = getattr(owner, name), 0

def struck(*arguments, **named):
    global calls
    calls += 1
    if when == "before" and calls == int(number):
        os.kill(os.getpid(), signal.Signals[how])
    returned = real(*arguments, **named)
    if when == "after" and calls == int(number):
        os.kill(os.getpid(), signal.Signals[how])
    return returned

setattr(owner, name, struck)
from loaders import load
from loaders.senders.provider import load_provider

load.load_sender(load_provider(Path(sender)), dt.datetime.fromisoformat(as_of))
load.accept_wave(dt.datetime.fromisoformat(as_of))
"""
PLACES = {
    "a file taken, not registered": ("loaders.doors.opening:OpenDoor.fetch", 2, "after"),
    "bytes kept, not registered": ("loaders.keep:put", 2, "after"),
    "all fetched": ("loaders.load:land", 1, "before"),
    "in the middle of COPY": ("loaders.landing:_Copier._send", 1, "after"),
    "rows copied, ledger not moved": ("warehouse.ledger:move", 1, "before"),
    "one file landed": ("warehouse.ledger:move", 2, "before"),
    "all landed": ("loaders.load:judge", 1, "before"),
    "in the middle of judging": ("expectations.judging:judge", 1, "after"),
    "judged, ledger not moved": ("warehouse.ledger:move", LANDED + 1, "after"),
    "all judged": ("loaders.load:accept_wave", 1, "before"),
    "the gate has spoken": ("expectations.suite:gate", 1, "after"),
    "accepted, not committed": ("warehouse.ledger:_settle", 1, "after"),
    "all accepted": ("loaders.load:accept_wave", 1, "after"),
}


class Door:
    """A sender's folder and its provider file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "door"
        self.folder.mkdir()
        self.sender = folder / "kld.yml"
        self.sender.write_text(SENDER.format(door=self.folder.as_uri()), encoding="utf-8")

    def send(self, name: str, *lines: str, day: int = 10) -> None:
        """Put a file there, dated a day of July."""
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        at = dt.datetime(2026, 7, day, 9, 0, tzinfo=dt.UTC).timestamp()
        os.utime(path, times=(at, at))

    def load(self) -> fetching.Fetched:
        """Fetch, land, judge and accept, as night and build do."""
        fetched = load.load_sender(load_provider(self.sender), AS_OF)
        load.accept_wave(AS_OF)
        return fetched

    def begin(self, place: str, number: int, when: str, how: str) -> subprocess.Popen:
        """Do the same in a process of its own, struck by a signal at the `number`-th call of `place`."""
        arguments = [str(self.sender), AS_OF.isoformat(), place, str(number), when, how]
        return subprocess.Popen([sys.executable, "-c", LOADER, *arguments], env=dict(os.environ))


@pytest.fixture
def door(tmp_path) -> Door:
    """An empty door."""
    return Door(tmp_path)


def fill(door: Door) -> Door:
    """A month of thousands, one of a few with a row to set aside, and a file that is none."""
    door.send("complaints_2026-04.csv", HEADER, *(f"A{n},formal,2026-04-02,2026-04-09" for n in range(MANY)), day=1)
    rows = [f"M{n},pals,2026-05-02,2026-05-09" for n in range(20)]
    door.send("complaints_2026-05.csv", HEADER, *rows, "M20,formal,never,2026-05-09", day=2)
    door.send("complaints_2026-06.csv", "these,are,other,columns", "1,2,3,4", day=3)
    return door


def asked(question: str) -> list[tuple]:
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def standing() -> dict[str, list[tuple]]:
    """Everything a load leaves in the warehouse but its number, to compare two warehouses."""
    by_file = "inner join audit.deliveries as d on d.load_id = x.load_id"
    return {
        "ledger": asked(
            "select file_name, file_sha256, state, rows_read, rows_landed, rows_set_aside, kept_name is not null,"
            " submitted_at, fetched_at, landed_at, judged_at, accepted_at from audit.deliveries order by 1"
        ),
        "rows": asked(
            f"select d.file_name, x.row_number, x.complaint_id, x.received_on from raw.complaint as x {by_file}"
            " order by 1, 2"
        ),
        "visible": asked(
            f"select d.file_name, x.record, x.retired_seq is null from audit.visibility as x {by_file} order by 1, 2, 3"
        ),
        "carried": asked(
            f"select d.file_name, x.record, x.rows_landed from audit.load_records as x {by_file} order by 1"
        ),
        "set aside": asked(
            f"select d.file_name, x.row_number, x.rule from quarantine.rows as x {by_file} order by 1, 2, 3"
        ),
        "rules": asked(
            f"select d.file_name, x.rule, x.checked, x.failed from audit.rule_results as x {by_file} order by 1, 2"
        ),
        "verdicts": asked(
            f"select d.file_name, x.rule, x.row_number, x.level from audit.findings as x {by_file} order by 1, 2, 3"
        ),
        "seen": asked(f"select x.path, d.file_name from audit.sightings as x {by_file} order by 1"),
        "keys": asked(f"select d.file_name from audit.keep_keys as x {by_file} order by 1"),
    }


def wait_for_the_dead() -> None:
    """Wait until the server has noticed that a killed process is gone and undone what it had begun."""
    end = time.monotonic() + 10
    while asked(
        "select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and backend_type = 'client backend'"
    ):
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def undisturbed(bootstrapped, tmp_path_factory) -> dict[str, list[tuple]]:
    """What stands in a warehouse whose load nobody disturbed."""
    from tests.conftest import _own_warehouse

    for _ in _own_warehouse(bootstrapped):
        fill(Door(tmp_path_factory.mktemp("undisturbed"))).load()
        found = standing()
    return found


def test_an_undisturbed_load_is_what_the_files_say(undisturbed):
    assert [(row[0], row[2], row[3], row[4]) for row in undisturbed["ledger"]] == [
        ("complaints_2026-04.csv", "accepted", MANY, MANY),
        ("complaints_2026-05.csv", "accepted", 21, 20),
        ("complaints_2026-06.csv", "refused", 0, 0),
    ]
    assert len(undisturbed["rows"]) == MANY + 20


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_load_killed_anywhere_is_finished_by_the_next_run(warehouse_database, door, undisturbed, place):
    process = fill(door).begin(*place, "SIGKILL")
    assert process.wait(timeout=SECONDS) == -signal.SIGKILL
    wait_for_the_dead()
    nothing_is_half()
    door.load()
    assert standing() == undisturbed
    nothing_is_half()


def nothing_is_half() -> None:
    """Whatever was interrupted: rows lie there only of files landed whole, and count only when accepted."""
    assert (
        asked(
            "select d.file_name from audit.deliveries as d where d.rows_landed <>"
            " (select count(*) from raw.complaint as r where r.load_id = d.load_id)"
        )
        == []
    )
    assert asked("select 1 from raw.complaint where load_id not in (select load_id from audit.deliveries)") == []
    assert (
        asked(
            "select d.file_name from audit.deliveries as d where (d.state = 'accepted') <>"
            " exists (select from audit.visibility as v where v.load_id = d.load_id)"
        )
        == []
    )


@pytest.mark.parametrize("place", ["in the middle of COPY", "in the middle of judging"])
def test_one_that_sleeps_over_its_load_and_one_that_does_not_load_it_once(warehouse_database, door, undisturbed, place):
    sleeper = fill(door).begin(*PLACES[place], "SIGSTOP")
    try:
        _, status = os.waitpid(sleeper.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        door.load()
        nothing_is_half()
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    assert sleeper.wait(timeout=SECONDS) == 0
    assert standing() == undisturbed


def test_three_that_load_at_once_load_once(warehouse_database, door, undisturbed):
    fill(door)
    nowhere = ("loaders.load:land", 99, "before", "SIGKILL")
    both = [door.begin(*nowhere) for _ in range(2)]
    door.load()
    assert [process.wait(timeout=SECONDS) for process in both] == [0, 0]
    assert standing() == undisturbed


def test_loading_again_changes_nothing(warehouse_database, door, undisturbed):
    fill(door).load()
    assert door.load().load_ids == []
    assert standing() == undisturbed


# ---- The same again, and something else under the same name ---------------------------------------------------------


def counting() -> list[tuple]:
    """The files whose rows count, with how many rows."""
    return asked(
        "select d.file_name, d.rows_landed from audit.visibility as v inner join audit.deliveries as d"
        " on d.load_id = v.load_id where v.retired_seq is null order by 1"
    )


def test_the_same_bytes_under_another_name_count_once_and_the_sender_is_told(warehouse_database, door):
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,2026-05-09")
    door.send("complaints_2026-05_v2.csv", HEADER, "M1,pals,2026-05-02,2026-05-09", day=12)
    door.load()
    door.load()
    assert counting() == [("complaints_2026-05.csv", 1)]
    assert asked("select rule from audit.findings") == [("FILE-TWICE",)]


@pytest.mark.parametrize("order", [("", "_v2"), ("_v2", "")], ids=["in order", "the old one late"])
def test_a_reissued_month_counts_instead_of_the_old_one_until_it_is_withdrawn(warehouse_database, door, order):
    files = {"": ["M1,pals,2026-05-02,2026-05-09"], "_v2": ["M1,pals,2026-05-02,2026-05-08", "M2,pals,2026-05-03,"]}
    for version in order:
        door.send(f"complaints_2026-05{version}.csv", HEADER, *files[version])
        door.load()
    assert counting() == [("complaints_2026-05_v2.csv", 2)]
    ((reissued,),) = asked("select load_id from audit.deliveries where declared_version = 2")
    with connect("loader") as connection:
        ledger.withdraw(connection, reissued, "data_manager", "sent by mistake", AS_OF)
    assert counting() == [("complaints_2026-05.csv", 1)]
    door.load()
    assert counting() == [("complaints_2026-05.csv", 1)], "what was withdrawn stays withdrawn"


def test_other_content_under_the_same_name_and_a_later_date_replaces(warehouse_database, door):
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,")
    door.load()
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,", "M2,pals,2026-05-03,", day=20)
    door.load()
    assert counting() == [("complaints_2026-05.csv", 2)]
    assert asked("select count(*) from raw.complaint") == [(3,)], "rows are never deleted to be replaced"


def test_a_file_put_there_after_the_moment_the_run_speaks_for_waits(warehouse_database, door):
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,", day=30)
    assert door.load().load_ids == []


def test_one_file_that_breaks_our_code_does_not_stop_the_others(warehouse_database, door):
    door.send("complaints_2026-04.csv", HEADER, "A1,pals,2026-04-02,", day=1)
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,", day=2)
    provider = load_provider(door.sender)
    fetching.fetch(provider, AS_OF)
    # Its kept bytes are gone: what no verdict on data can say.
    ((broken,),) = asked("select load_id from audit.deliveries where period_end_on = date '2026-04-30'")
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("delete from audit.keep_keys where load_id = %s", (broken,))
    with pytest.raises(keep.NotKept, match=f"load {broken}"):
        load.land(provider, AS_OF)
    assert asked("select file_name, state from audit.deliveries order by 1") == [
        ("complaints_2026-04.csv", "fetched"),
        ("complaints_2026-05.csv", "landed"),
    ]


@pytest.fixture
def timeless(door) -> Iterator[Callable[[], fetching.Fetched]]:
    """The same door behind a web server that tells no times; call to load from there."""

    class Timeless(SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **named) -> None:
            super().__init__(*arguments, directory=str(door.folder), **named)

        def send_header(self, keyword: str, value: str) -> None:
            if keyword != "Last-Modified":
                super().send_header(keyword, value)

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Timeless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        door.sender.write_text(SENDER.format(door=f"http://127.0.0.1:{server.server_port}"), encoding="utf-8")
        yield door.load
        server.shutdown()


def test_a_door_that_tells_no_time_is_read_again_and_says_the_same_once(warehouse_database, door, timeless):
    door.send("complaints_2026-05.csv", HEADER, "M1,pals,2026-05-02,")
    door.send("complaints_2026-05_v2.csv", HEADER, "M1,pals,2026-05-02,")
    assert len(timeless().load_ids) == 1
    assert timeless().load_ids == timeless().load_ids == []
    assert asked("select rule from audit.findings") == [("FILE-TWICE",)]
