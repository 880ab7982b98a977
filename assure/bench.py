"""Measure loading, SPC, building and reporting on this machine, in databases of its own that are dropped afterwards."""

import contextlib
import csv
import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assure.demonstration import AS_OF, QUARTER, served, write_region
from assure.screen import Voice
from warehouse import bootstrap, build, ledger
from warehouse.connection import connect

HEADS = ("what", "how much", "seconds", "a second")
POINTS_IN_A_SERIES = 100

Measured = tuple[str, str, str, str]


def run(say: Voice, rows: int, points: int) -> list[Measured]:
    """Measure every step once and return a line for each. Raises RuntimeError where the server is a managed one."""
    if os.environ.get("ASSURE_DATABASE_URL"):
        raise RuntimeError(
            "bench makes and drops databases, so it runs on the embedded server only; unset ASSURE_DATABASE_URL"
        )
    lines: list[Measured] = []

    def timed(what: str, unit: str, work: Callable[[], int]) -> None:
        with say.status(what):
            began = time.monotonic()
            count = work()
            seconds = time.monotonic() - began
        lines.append((what, f"{count:,} {unit}", f"{seconds:.1f}", f"{count / max(seconds, 0.001):,.1f}"))

    folder = Path(tempfile.mkdtemp(prefix="assure-bench-"))
    try:
        with _own_warehouse("assure_bench_rows", folder):
            _load_one_file(timed, folder / "sender", rows)
            series = [
                (f"series {at // POINTS_IN_A_SERIES}", at % POINTS_IN_A_SERIES + 1, "", float(at * 7919 % 101), 0)
                for at in range(points)
            ]
            timed("judge SPC series", "points", lambda: _judge_series(series))
        with _own_warehouse("assure_bench_region", folder):
            _carry_the_region(timed, folder / "region")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lines


def _load_one_file(timed: Callable, folder: Path, rows: int) -> None:
    from loaders import fetching, load

    sender = _sender(folder, rows)
    timed("fetch, hash, encrypt and keep a file", "rows", lambda: rows * len(fetching.fetch(sender, AS_OF).load_ids))
    timed("read, type and land it", "rows", lambda: rows * len(load.land(sender, AS_OF)))
    timed("judge it by its contract", "rows", lambda: rows * len(load.judge(sender, AS_OF)))

    def accept() -> int:
        load.accept_wave(AS_OF)
        return _asked("select coalesce(sum(rows_landed), 0) from audit.deliveries where state = 'accepted'")

    timed("judge the wave by Great Expectations", "rows", accept)


def _carry_the_region(timed: Callable, region: Path) -> None:
    from loaders import load
    from loaders.senders.provider import load_providers
    from report import publication

    def load_all() -> int:
        return sum(len(load.load_sender(one, AS_OF).load_ids) for one in load_providers().values())

    def accept() -> int:
        load.refresh_reference(AS_OF)
        load.accept_wave(AS_OF)
        return _asked("select count(*) from audit.deliveries where state = 'accepted'")

    def build_marts() -> int:
        with connect("loader") as connection:
            sequence = ledger.current_sequence(connection)
        build.swap(build.build(sequence, AS_OF, QUARTER))
        return _asked("select count(*) from audit.builds as b cross join lateral jsonb_object_keys(b.model_seconds)")

    timed(
        "write the made-up region's files",
        "files",
        lambda: sum(one.is_file() for one in write_region(region).rglob("*")),
    )
    with served(region):
        timed("load them", "files", load_all)
    timed("judge their wave by Great Expectations", "files", accept)
    timed("build, test and swap the marts", "models and tests", build_marts)
    timed("draft the report", "editions", lambda: len(publication.draft_what_is_due(AS_OF)))


def _sender(folder: Path, rows: int):
    """Return the made-up trust's incident feed with a folder for a door, and one file of `rows` incidents behind it."""
    from loaders.senders.provider import Door, load_provider
    from warehouse.paths import ROOT

    trust = load_provider(ROOT / "providers" / "zw1.yml")
    feed = trust.feeds["incidents"]
    columns = {cell.source[0]: name for name, cell in feed.tables[0].columns.items() if cell.source}
    codes = {cell.source[0]: list(cell.codes) for cell in feed.tables[0].columns.values() if cell.codes}
    folder.mkdir()
    path = folder / "incidents_2026-06.csv"
    with path.open("w", encoding=feed.format.encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(rows):
            day = dt.date(2026, 6, number % 28 + 1).strftime("%d/%m/%Y")
            writer.writerow(
                f"B{number}" if name == "incident_id"
                else day if name.endswith("_on")
                else codes[heading][number % len(codes[heading])] if heading in codes
                else ""
                for heading, name in columns.items()
            )  # fmt: skip
    sent = dt.datetime(2026, 7, 10, 6, 0, tzinfo=dt.UTC).timestamp()
    os.utime(path, times=(sent, sent))
    return trust.model_copy(update={"door": Door(url=folder.as_uri()), "feeds": {"incidents": feed}})


def _judge_series(series: list[tuple]) -> int:
    from warehouse import spc

    with connect("analyst") as connection:
        connection.set_session(readonly=False)  # temporary tables only
        judged = spc.compute(connection, series, [])
        connection.rollback()
    return len(judged)


def _asked(question: str) -> int:
    with connect("transformer") as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def _own_warehouse(name: str, folder: Path) -> Iterator[None]:
    """Speak to an empty warehouse of this name, and drop it in the end."""
    settings = {"ASSURE_DATABASE": name, "ASSURE_KEEP_URL": (folder / name).as_uri()}
    before = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    try:
        bootstrap.drop()
        bootstrap.bootstrap()
        yield
    finally:
        bootstrap.drop()
        for key, value in before.items():
            if value is None:
                os.environ.pop(key)
            else:
                os.environ[key] = value
