"""Run the made-up region from its senders' files to its published report, through Airflow, in this process."""

import contextlib
import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from assure.screen import told
from warehouse.connection import connect
from warehouse.paths import ROOT, state

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
STATISTICS_PUBLISHED = dt.datetime(2025, 10, 16, 9, 30, tzinfo=dt.UTC)
QUARTER = "2026-27-Q1"
SIGN_OFF = "ZWL=automatic sign-off configured for the demo"


def run(say: Console, *, fresh: bool = False) -> Path:
    """Write the region's files, serve them, run every DAG and return the path of the published page."""
    from assure import airflow
    from warehouse.bootstrap import bootstrap

    began = time.monotonic()
    if fresh:
        forget()
    with say.status("The database and Airflow's metadata"):
        bootstrap()
        airflow.prepare()
        airflow.migrate()
    with say.status("Seven made-up senders write what they send"):
        region = write_region(state() / "demo")
    with served(region), _signed_off_by_itself():
        for dag_id in airflow.dag_ids():
            if dag_id.startswith("ingest_"):
                _run(say, airflow, dag_id)
        count = _read_by_a_second_person()
        say.print(f"  {count} sentences recorded as read by a second person (made up for the demo)")
        _run(say, airflow, "build_warehouse")
        _run(say, airflow, "assurance_report")
    path = _page()
    _summarise(say, path, time.monotonic() - began)
    return path


def carry(region: Path) -> None:
    """Carry the region from its files to its published edition by the functions that the DAGs call, without Airflow."""
    from loaders import load
    from loaders.senders.provider import load_providers
    from report import publication
    from warehouse import build

    with served(region), _signed_off_by_itself():
        for provider in load_providers().values():
            load.load_sender(provider, AS_OF)
        _read_by_a_second_person()
        load.refresh_reference(AS_OF)
        build.swap(build.build(load.accept_wave(AS_OF), AS_OF, QUARTER))
        publication.draft_what_is_due(AS_OF)
        publication.publish_what_is_signed_off(AS_OF)


def write_region(folder: Path) -> Path:
    """Write the region's files afresh into `folder` and return it; the same bytes every time."""
    from demo.region import write

    shutil.rmtree(folder, ignore_errors=True)
    write(folder)
    statistics = shutil.copytree(ROOT / "demo" / "national_statistics", folder / "national_statistics")
    for path in Path(statistics).iterdir():
        # A checkout dates its files by the day it was made; these were published before the demo's day.
        os.utime(path, times=(STATISTICS_PUBLISHED.timestamp(), STATISTICS_PUBLISHED.timestamp()))
    return folder


@contextlib.contextmanager
def served(region: Path) -> Iterator[None]:
    """Serve the region's files as its senders do, by SFTP, HTTP, an API and folders; the environment says where."""
    from demo.api import ApiServer
    from demo.servers import HttpServer, SftpServer

    with (
        SftpServer(region / "zw1", "zw1", "made-up") as first,
        HttpServer(region / "zw2") as http,
        ApiServer(region / "zw4", client_id="zw4", client_secret="made-up") as api,
        SftpServer(region / "zw5", "zw5", "made-up") as fifth,
    ):
        os.environ.update(
            {
                "ASSURE_ALLOWED_HOSTS": "127.0.0.1",
                "ASSURE_ZW1_ADDRESS": f"127.0.0.1:{first.port}",
                "ASSURE_ZW2_ADDRESS": f"127.0.0.1:{http.port}",
                "ASSURE_ZW4_ADDRESS": f"127.0.0.1:{api.port}",
                "ASSURE_ZW5_ADDRESS": f"127.0.0.1:{fifth.port}",
                "ASSURE_CREDENTIAL_ZW1_SFTP": _password("zw1", first.known_hosts),
                "ASSURE_CREDENTIAL_ZW4_API": json.dumps({"client_id": "zw4", "client_secret": "made-up"}),
                "ASSURE_CREDENTIAL_ZW5_SFTP": _password("zw5", fifth.known_hosts),
                "ASSURE_STATISTICS_FOLDER": str(region / "national_statistics"),
            }
            | {f"ASSURE_{code.upper()}_FOLDER": str(region / code) for code in ("zw3", "zwl_icb", "zwl_net")}
        )
        yield


def _password(user: str, known_hosts: str) -> str:
    return json.dumps({"username": user, "password": "made-up", "known_hosts": known_hosts})


def forget() -> None:
    """Drop the demo's database, kept files and pages; the environment and Airflow's metadata stay."""
    from warehouse import bootstrap

    bootstrap.drop()
    for name in ("demo", "kept", "reports"):
        shutil.rmtree(state() / name, ignore_errors=True)


@contextlib.contextmanager
def _signed_off_by_itself() -> Iterator[None]:
    os.environ["ASSURE_AUTOMATIC_SIGN_OFF"] = SIGN_OFF
    try:
        yield
    finally:
        del os.environ["ASSURE_AUTOMATIC_SIGN_OFF"]


def _run(say: Console, airflow, dag_id: str) -> None:
    began, failures = time.monotonic(), {}
    with say.status(f"Airflow runs {dag_id}"):
        outcome = airflow.run(dag_id, AS_OF, failures)
    say.print(f"  {dag_id}: {outcome}, {time.monotonic() - began:.0f} s")
    if outcome != "success":
        reasons = "; ".join(f"{task}: {told(error)[0]}" for task, error in failures.items())
        raise RuntimeError(f"{dag_id} ended {outcome}; {reasons or 'run the command again with ASSURE_DEBUG=1'}")


def _read_by_a_second_person() -> int:
    from loaders import public_words

    return public_words.approve(public_words.unchecked(), "lived experience lead (made up)", AS_OF.date())


def _page() -> Path:
    """Write every face of the published edition, and return the path of its page."""
    from assure.handing_out import Wish, hand_out
    from warehouse import editions

    with connect("transformer") as connection:
        edition = editions.current(connection, QUARTER, "ZWL")
    return hand_out(edition["edition_id"], Wish(out=str(state() / "reports"), every=True))[-1]


def _summarise(say: Console, path: Path, seconds: float) -> None:
    from assure import site

    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select count(*), sum(rows_read), sum(rows_set_aside), count(*) filter (where state = 'refused'),"
            " count(*) filter (where state = 'held') from audit.deliveries"
        )
        files, read, set_aside, refused, held = cursor.fetchone()
    say.print(f"{files} files, {read} rows read, {set_aside} set aside, {refused} files refused, {held} held.")
    say.print("The edition signed itself off, as the demo is configured to; a real ICB names a role instead.")
    say.print(
        f'Done in {seconds:.0f} s. Ask further: assure status · assure sql "select * from marts.fct_inputs limit 5"'
    )
    say.print(f"The site, for a browser or a web server: {site.folder() / 'index.html'}")
    print(path)
