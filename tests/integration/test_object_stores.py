"""Buckets and containers, by moto's S3 server and by Azurite; an unchanged object is not fetched again."""

import contextlib
import datetime as dt
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from demo.servers import HttpServer, SftpServer
from loaders import fetching
from loaders.doors.ceiling import MIB, TooLarge
from loaders.doors.hosts import HostRefused
from loaders.doors.opening import DoorUnreachable, OpenDoor, Sighting
from loaders.senders.provider import Door, ProviderFileError
from tests.integration.conftest import azurite

NAMES = ["FFT #1 100%.csv", "incidents_2026-06.csv", "register/input é.csv"]
OTHERS = [".hidden.csv", "~$book.xlsx", "register/../../elsewhere.csv", "register//twice.csv", "register/%2e%2e/x.csv"]
"""Keys may hold anything; these are no files of the sender's."""
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key that every Azurite has, as its documentation prints it."""


@pytest.fixture(autouse=True)
def this_machine_is_allowed(monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")


@pytest.fixture(scope="module")
def s3():
    """Moto's S3 server and a bucket with the sender's files below out/; returns the credential that opens it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    credential = {
        "access_key_id": "zz1", "secret_access_key": "made-up", "region": "eu-west-2", "endpoint": endpoint,
    }  # fmt: skip
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="zz1", aws_secret_access_key="made-up", region_name="eu-west-2"
    )
    client.create_bucket(Bucket="outbox", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    for name in [*NAMES, *OTHERS]:
        client.put_object(Bucket="outbox", Key=f"out/{name}", Body=f"content of {name}".encode())
    client.put_object(Bucket="outbox", Key="outside.csv", Body=b"not theirs to send")
    yield credential
    server.stop()


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    """Azurite and a container with the sender's files below out/; returns the credential that opens it."""
    from azure.storage.blob import BlobServiceClient

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("azurite")
    where = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    quiet = ["--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    started = subprocess.Popen([azurite(), *where, *quiet], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}/devstoreaccount1"
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert started.poll() is None, "azurite ended by itself"
            time.sleep(0.1)
        given = {"account_name": "devstoreaccount1", "account_key": AZURITE_KEY}
        container = BlobServiceClient(endpoint, credential=given).create_container("outbox")
        for name in [*NAMES, *OTHERS[:2]]:
            container.upload_blob(f"out/{name}", f"content of {name}".encode())
        container.upload_blob("outside.csv", b"not theirs to send")
        yield given | {"endpoint": endpoint}
    finally:
        started.terminate()
        started.wait(30)


STORES = [pytest.param("s3", id="s3"), pytest.param("az", marks=pytest.mark.azurite, id="azure")]


@pytest.fixture(params=STORES)
def store(request, monkeypatch):
    """Each kind of store: returns its scheme and its credential, which lies under zz1."""
    credential = request.getfixturevalue({"s3": "s3", "az": "azure"}[request.param])
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(credential))
    return request.param, credential


def opened(scheme: str, path: str = "outbox/out") -> OpenDoor:
    return OpenDoor(Door(url=f"{scheme}://{path}", credential="zz1"))


def test_files_come_from_a_store_and_only_those_of_the_sender(store, tmp_path):
    door = opened(store[0])
    seen = door.list()
    assert [one.path for one in seen] == NAMES
    for one in seen:
        assert abs(one.modified_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=10)
        door.fetch(one, tmp_path / "fetched")
        assert (tmp_path / "fetched").read_text(encoding="utf-8") == f"content of {one.path}"
        assert one.byte_count == (tmp_path / "fetched").stat().st_size


def test_a_whole_store_is_a_door_too(store):
    below = [f"out/{name}" for name in NAMES]
    assert [one.path for one in opened(store[0], "outbox").list()] == [*below, "outside.csv"]


def test_a_folder_of_a_store_that_holds_nothing_yet_is_no_fault_and_a_store_that_is_not_there_is(store):
    assert opened(store[0], "outbox/nothing").list() == []
    for path in ("nowhere", "nowhere/out"):
        with pytest.raises(DoorUnreachable, match=r"cannot list .*what was asked for is not there"):
            opened(store[0], path).list()


def test_a_store_does_not_give_what_lies_outside_the_door(store, tmp_path):
    with pytest.raises(DoorUnreachable, match="what was asked for is not there"):
        opened(store[0]).fetch(Sighting("../outside.csv", None, None), tmp_path / "fetched")


@pytest.mark.azurite
def test_a_wrong_key_is_a_service_fault_and_is_not_said(azure, monkeypatch):
    wrong = "c2VjcmV0LTVk"
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(azure | {"account_key": wrong}))
    with pytest.raises(DoorUnreachable) as refused:
        opened("az").list()
    assert wrong not in str(refused.value)


@pytest.mark.parametrize("scheme", ["s3", "az"])
def test_the_endpoint_must_be_allowed_and_nothing_is_said_in_clear(monkeypatch, scheme):
    given = {"username": "zz1", "password": AZURITE_KEY}
    for more, told in [
        ({}, "not an allowed host"),
        ({"endpoint": "https://store.example.org"}, r"store\.example\.org is not an allowed host"),
        ({"endpoint": "http://169.254.169.254/"}, "not an allowed host"),
    ]:
        monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given | more))
        with pytest.raises(HostRefused, match=told):
            opened(scheme)
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "*.example.org")
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given | {"endpoint": "http://store.example.org"}))
    with pytest.raises(ProviderFileError, match="use https"):
        opened(scheme)


def test_an_object_that_is_too_large_is_not_taken(store, tmp_path, monkeypatch):
    scheme, _ = store
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", "1")
    door = opened(scheme, "outbox")
    door._files.pipe_file("outbox/big/big.csv", bytes(9 * MIB))
    try:
        for byte_count in (None, 1):
            with pytest.raises(TooLarge, match="larger than 1 MiB"):
                door.fetch(Sighting("big/big.csv", byte_count, None), tmp_path / "fetched")
            assert sum(file.stat().st_size for file in tmp_path.glob("fetched")) < 8 * MIB
    finally:
        door._files.rm_file("outbox/big/big.csv")


class Misled(BaseHTTPRequestHandler):
    """Send whoever comes to another server, the one that says so excepted."""

    came: ClassVar[list[tuple[str, str]]] = []
    to: ClassVar[str] = ""

    def do_GET(self):
        self.came.append((self.headers["Host"], self.path))
        self.send_response(302 if self.to else 200)
        if self.to:
            self.send_header("Location", self.to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        """Print nothing."""


class Shut(BaseHTTPRequestHandler):
    """A store that lets nobody at what it holds, in the words of S3 and of Azure."""

    def do_GET(self):
        content = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("x-ms-error-code", "AuthorizationFailure")
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if self.command == "GET" else b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        """Print nothing."""


@pytest.mark.parametrize("path", ["outbox", "outbox/out"])
@pytest.mark.parametrize("scheme", ["s3", "az"])
@pytest.mark.filterwarnings("ignore:Failed to fetch container properties")
def test_a_store_that_refuses_us_is_told_from_one_that_is_not_there(tmp_path, monkeypatch, scheme, path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Shut) as server:
        threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
        given = {
            "username": "zz1", "password": AZURITE_KEY, "endpoint": f"http://127.0.0.1:{server.server_address[1]}",
        }  # fmt: skip
        monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given))
        with pytest.raises(DoorUnreachable, match=r"cannot list \w+ door \(it refuses us\)"):
            opened(scheme, path).list()
        with pytest.raises(DoorUnreachable, match=r"cannot read from \w+ door \(it refuses us\)"):
            opened(scheme, path).fetch(Sighting("a.csv", None, None), tmp_path / "fetched")
        server.shutdown()


@pytest.mark.parametrize("scheme", ["s3", "az"])
def test_a_store_that_sends_us_on_is_not_followed(tmp_path, monkeypatch, scheme):
    # It would ask five times, ever slower; where it asks, the first time shows.
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with contextlib.ExitStack() as stack:

        def serve(to: str) -> tuple[str, list]:
            handler = type("Here", (Misled,), {"came": [], "to": to})
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}", handler.came

        there, came_there = serve("")
        here, came_here = serve(f"{there}/latest/meta-data/")
        given = {"username": "zz1", "password": AZURITE_KEY, "endpoint": here}
        monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given))
        with pytest.raises(DoorUnreachable):
            opened(scheme).fetch(Sighting("a.csv", None, None), tmp_path / "fetched")
    assert came_here
    assert came_there == []


def test_an_unchanged_object_is_not_fetched_again(store, sender, monkeypatch):
    scheme, _ = store
    one = sender()
    agreement = one.document["agreements"][0] | {"valid_to": "2099-03-31"}
    door = {"url": f"{scheme}://outbox/out", "credential": "zz1"}
    one.change(one.document | {"door": door, "agreements": [agreement]})
    # A store dates an object by its own clock, and none from after `as_of` is fetched.
    as_of = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert len(fetching.fetch(one.provider, as_of).load_ids) == 1
    monkeypatch.setattr(OpenDoor, "fetch", lambda *_: pytest.fail("it was fetched again"))
    assert fetching.fetch(one.provider, as_of).load_ids == []


# ---- Memory ----------------------------------------------------------------------------------------------------------

BIG = 48 * 2**20
PROJECT = Path(__file__).resolve().parents[2]
FETCH = r"""
import re, sys
from pathlib import Path
from loaders.doors.opening import OpenDoor
from loaders.senders.provider import Door
door = OpenDoor(Door(url=sys.argv[1], credential=sys.argv[2] or None))
(only,) = [one for one in door.list() if one.path.endswith("big.csv")]
def peak():
    # Not getrusage, which begins with the peak of the process that started this one.
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
door.fetch(only, Path(sys.argv[3]))
print(peak() - before)
"""


def grown(url: str, credential: str, into) -> int:
    """Return by how many bytes a process of its own grows when it fetches a big file."""
    asked = [sys.executable, "-c", FETCH, url, credential, str(into)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=PROJECT)
    assert into.stat().st_size == BIG
    return int(done.stdout) * 1024


@pytest.mark.parametrize("kind", ["folder", "http", "sftp", "s3", pytest.param("az", marks=pytest.mark.azurite)])
def test_a_big_file_is_fetched_in_pieces(kind, request, tmp_path, monkeypatch):
    big = tmp_path / "served" / "big.csv"
    big.parent.mkdir()
    with big.open("wb") as file:
        for _ in range(BIG // 2**20):
            file.write(b"a line,\n" * (2**20 // 8))
    if kind == "folder":
        assert grown(big.parent.as_uri(), "", tmp_path / "fetched") < BIG / 2
    elif kind == "http":
        with HttpServer(big.parent) as server:
            assert grown(server.url, "", tmp_path / "fetched") < BIG / 2
    elif kind == "sftp":
        with SftpServer(big.parent, "zz1", "a password") as server:
            given = {"username": "zz1", "password": "a password", "known_hosts": server.known_hosts}
            monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given))
            assert grown(f"sftp://127.0.0.1:{server.port}/", "zz1", tmp_path / "fetched") < BIG / 2
    else:
        credential = request.getfixturevalue({"s3": "s3", "az": "azure"}[kind])
        monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(credential))
        door = opened(kind, "outbox")
        door._files.put_file(str(big), "outbox/big/big.csv")
        assert grown(f"{kind}://outbox/big", "zz1", tmp_path / "fetched") < BIG / 2
        door._files.rm_file("outbox/big/big.csv")
    shutil.rmtree(big.parent)
