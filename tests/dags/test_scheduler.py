"""Under the real scheduler: a file lies in a folder, nobody touches anything, and the marts hold its rows."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from warehouse.connection import connect

SECONDS_TO_START = 300
SECONDS_TO_BUILD = 300


@pytest.fixture(scope="module")
def taken_port() -> Iterator[int]:
    """Airflow's usual port, held by us where nobody else holds it."""
    with contextlib.closing(socket.socket()) as held:
        with contextlib.suppress(OSError):
            held.bind(("127.0.0.1", 8080))
            held.listen()
        yield 8080


@pytest.fixture(scope="module")
def airflow(sender, taken_port, tmp_path_factory) -> Iterator[tuple[subprocess.Popen, Path]]:
    """`assure airflow` as somebody would start it, its night come round every minute; and what it says."""
    said = tmp_path_factory.mktemp("airflow") / "said"
    with said.open("wb") as into:
        process = subprocess.Popen(
            [sys.executable, "-m", "assure.cli", "airflow"],
            env=os.environ | {"ASSURE_INGEST_SCHEDULE": "* * * * *", "PATH": os.defpath},
            stdout=into, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield process, said
        finally:
            process.terminate()
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                for left in children():
                    left.kill()


def test_a_file_in_a_folder_is_in_the_marts_and_nobody_touched_anything(sender, airflow, taken_port):
    process, said = airflow
    wait(SECONDS_TO_START, lambda: b"Airflow is ready" in said.read_bytes(), process)
    address = next(word for word in said.read_text(errors="replace").split() if word.startswith("http://127.0.0.1:"))
    assert not address.startswith(f"http://127.0.0.1:{taken_port}")
    assert str(Path(os.environ["ASSURE_STATE"]) / "airflow" / "web-passwords.json") in said.read_text().replace(
        "\n", ""
    )

    sender.send("complaints_2026-06.csv", "ref,kind,received", "C1,formal,2026-06-03", "C2,pals,2026-06-04")
    wait(SECONDS_TO_BUILD, lambda: complaints() == 2, process)

    assert len(children()) > 4
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    assert children() == []


def complaints() -> int:
    """Count what an analyst sees; none while there are no marts."""
    with connect("analyst") as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('marts.fct_complaints')")
        if cursor.fetchone() == (None,):
            return 0
        cursor.execute("select count(*) from marts.fct_complaints")
        return cursor.fetchone()[0]


def wait(seconds: float, until, process: subprocess.Popen) -> None:
    """Wait for `until()` while the process lives, no longer than `seconds`."""
    end = time.monotonic() + seconds
    while not until():
        assert process.poll() is None, "airflow ended by itself"
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.5)


def children() -> list[psutil.Process]:
    """List the processes of this test's Airflow, found by the state folder they were given."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("ASSURE_STATE") == os.environ["ASSURE_STATE"] and process.pid != os.getpid():
                found.append(process)
    return found
