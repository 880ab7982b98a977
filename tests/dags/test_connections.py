"""A door opens with what Airflow keeps: a connection in its metadata or in the environment, and with nothing else."""

import datetime as dt
import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from assure import airflow
from demo.servers import SftpServer
from tests.dags.conftest import SENDER, SENT_AT
from warehouse.bootstrap import bootstrap
from warehouse.connection import connect

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
FILE = "complaints_2026-06.csv"


@pytest.fixture(scope="module")
def nights(sender, tmp_path_factory) -> dict[str, str]:
    """How the nights of four senders ended: their credentials lie in the metadata, in the environment, and nowhere; and
    the file that says how the fourth sends cannot be read."""
    served = tmp_path_factory.mktemp("served")
    (served / FILE).write_text("ref,kind,received\nC1,formal,2026-06-03\n", encoding="utf-8")
    os.utime(served / FILE, (SENT_AT.timestamp(), SENT_AT.timestamp()))
    bootstrap()
    with (
        SftpServer(served, "outbox", "a password") as server,
        pytest.MonkeyPatch.context() as patched,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process,
    ):
        for code in ("tsa", "tsb", "tsc"):
            door = f"url: sftp://127.0.0.1:{server.port}/\n  credential: {code}_sftp"
            text = SENDER.replace("code: tst", f"code: {code}").replace("url: file://${ASSURE_TST_FOLDER}", door)
            Path(os.environ["ASSURE_PROVIDERS"], f"{code}.yml").write_text(text, encoding="utf-8")
        Path(os.environ["ASSURE_PROVIDERS"], "tsd.yml").write_text("code: [", encoding="utf-8")
        kept = {"conn_type": "sftp", "login": "outbox", "password": "a password", "host": "elsewhere.example.org"}
        kept["extra"] = {"known_hosts": server.known_hosts}
        patched.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")
        patched.setenv("AIRFLOW_CONN_TSB_SFTP", json.dumps(kept))
        process.submit(airflow.prepare).result()
        process.submit(airflow.migrate).result()
        add = [str(Path(sys.executable).with_name("airflow")), "connections", "add", "tsa_sftp"]
        # From the process that Airflow was prepared in, whose environment says where its metadata lie.
        process.submit(
            subprocess.run, [*add, "--conn-json", json.dumps(kept)], check=True, capture_output=True
        ).result()
        senders = ("tsa", "tsb", "tsc", "tsd")
        return {code: process.submit(airflow.run, f"ingest_{code}", AS_OF).result() for code in senders}


@pytest.mark.parametrize("code", ["tsa", "tsb"])
def test_a_door_opens_with_a_connection_of_airflows_whatever_stands_in_anothers_file(nights, code):
    assert nights[code] == "success"
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute("select file_name from audit.deliveries where provider_code = %s", (code.upper(),))
        assert cursor.fetchall() == [(FILE,)]


def test_a_door_whose_credential_nobody_has_stays_shut(nights):
    assert nights["tsc"] == "failed"


def test_a_sender_whose_own_file_cannot_be_read_is_red(nights):
    assert nights["tsd"] == "failed"
