"""Doors by a real proxy and a real TLS server whose name only the proxy can look up, and never by another proxy."""

import contextlib
import datetime as dt
import json
import select
import socket
import ssl
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import aiohttp.connector
import pytest
from azure.storage.blob._shared.policies_async import ExponentialRetry
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.servers import HttpServer
from loaders.doors import asking
from loaders.doors.hosts import HostRefused
from loaders.doors.opening import DoorUnreachable, OpenDoor, Sighting
from loaders.doors.proxy import of
from loaders.senders.address import ProviderFileError, Rest
from loaders.senders.provider import Door

NAMES = [
    "files.example.test",
    "outbox.s3.eu-west-2.amazonaws.com",
    "zz1.blob.core.windows.net",
    "login.microsoftonline.com",
]
DEAD = "http://127.0.0.1:9"
AZURE_KEY = "c2VjcmV0LTVk"


class Quiet(SimpleHTTPRequestHandler):
    """A sender's server, also for a store's client: what it has no file for it refuses."""

    def list_directory(self, path):
        self.send_error(403)

    def send_error(self, code, message=None, explain=None):
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Print nothing."""


class Proxy(BaseHTTPRequestHandler):
    """Let a tunnel through to whatever name, each leading to the same server, as long as `port` is one."""

    asked: ClassVar[list[tuple[str, str | None]]] = []
    port: ClassVar[int | None] = None

    def do_CONNECT(self):
        self.asked.append((self.path, self.headers["Proxy-Authorization"]))
        if self.port is None:
            self.send_error(403)
            return
        with socket.create_connection(("127.0.0.1", self.port)) as there:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: there, there: self.connection}
            with contextlib.suppress(OSError):
                while True:
                    for end in select.select(list(ends), [], [], 30)[0]:
                        if not (piece := end.recv(1 << 16)):
                            return
                        ends[end].sendall(piece)

    def log_message(self, *_):
        """Print nothing."""


@contextlib.contextmanager
def serving(handler, context: ssl.SSLContext | None = None):
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for the names that is its own authority; returns the file that holds it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1)).not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    plain = serialization.NoEncryption()
    pkcs8 = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pkcs8)
    return file


@pytest.fixture
def proxy(certificate, tmp_path, monkeypatch):
    """A proxy before a TLS server that holds a file and a list; returns its handler, which says what it was asked."""
    (tmp_path / "served" / "out").mkdir(parents=True)
    (tmp_path / "served" / "out" / "a.csv").write_text("Ref\n")
    (tmp_path / "served" / "out" / "list.json").write_text('[{"Ref": 1}]')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    # aiohttp reads SSL_CERT_FILE once, when it is imported, as a process that starts with it does.
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", aiohttp.connector._make_ssl_context(True))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    # Azure's client asks four times, a quarter of a minute apart and more; here it asks as often and waits for nothing.
    monkeypatch.setattr(ExponentialRetry, "get_backoff_time", lambda *_: 0)
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1, *.example.test, *.amazonaws.com, *.windows.net")
    asking._authorities.cache_clear()
    with serving(partial(Quiet, directory=str(tmp_path / "served")), context) as port:
        handler = type("Here", (Proxy,), {"asked": [], "port": port})
        with serving(handler) as at:
            monkeypatch.setenv("ASSURE_HTTP_PROXY", f"http://zz1:secret-5d@127.0.0.1:{at}")
            yield handler
    asking._authorities.cache_clear()


def fetched(tmp_path) -> str:
    OpenDoor(Door(url=f"https://{NAMES[0]}/out")).fetch(Sighting("a.csv", None, None), tmp_path / "fetched")
    return (tmp_path / "fetched").read_text()


def asked_by_rest() -> bytes:
    with asking.Asker(Rest(attempts=1)) as asker:
        return asker.ask(f"https://{NAMES[0]}/out/list.json", told={}).body


def test_a_door_and_an_api_are_called_by_the_proxy_which_alone_knows_their_address(proxy, tmp_path):
    assert fetched(tmp_path) == "Ref\n"
    assert asked_by_rest() == b'[{"Ref": 1}]'
    assert proxy.asked == [(f"{NAMES[0]}:443", "Basic enoxOnNlY3JldC01ZA==")] * 2


@pytest.mark.parametrize(
    ("url", "host", "given"),
    [
        ("s3://outbox/out", NAMES[1], {"username": "zz1", "password": AZURE_KEY, "region": "eu-west-2"}),
        ("az://outbox/out", NAMES[2], {"username": "zz1", "password": AZURE_KEY}),
        (
            "az://outbox/out",
            NAMES[3],
            {"account_name": "zz1", "tenant_id": "zz", "client_id": "z", "client_secret": "z"},
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Failed to fetch container properties")
def test_a_store_is_called_by_the_proxy(proxy, monkeypatch, url, host, given):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given))
    with pytest.raises(DoorUnreachable, match="it refuses us"):
        OpenDoor(Door(url=url, credential="zz1")).list()
    assert {to for to, _ in proxy.asked} == {f"{host}:443"}


def test_a_host_that_nobody_allowed_is_not_called_by_the_proxy_either(proxy, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "*.example.org")
    with pytest.raises(HostRefused, match="not an allowed host"):
        fetched(tmp_path)
    with pytest.raises(HostRefused, match="not an allowed host"):
        asked_by_rest()
    assert proxy.asked == []


def test_a_proxy_that_lets_nobody_through_is_no_refusal_of_the_senders(proxy, tmp_path):
    proxy.port = None
    for asked in (partial(fetched, tmp_path), asked_by_rest):
        with pytest.raises(DoorUnreachable, match="the proxy that ASSURE_HTTP_PROXY names does not let us") as refused:
            asked()
        assert "secret-5d" not in str(refused.value)


def test_this_machine_and_the_hosts_that_are_listed_for_it_are_called_directly(proxy, tmp_path, monkeypatch):
    with HttpServer(tmp_path / "served") as server:
        OpenDoor(Door(url=server.url.rstrip("/"))).list()
    monkeypatch.setenv("ASSURE_NO_PROXY", "*.example.test")
    with pytest.raises(DoorUnreachable):
        fetched(tmp_path)
    assert proxy.asked == []


@pytest.mark.filterwarnings("ignore:Failed to fetch container properties")
@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
def test_a_proxy_that_merely_stands_in_the_environment_is_not_taken(proxy, tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, DEAD)
    monkeypatch.setenv("http_proxy", DEAD)
    assert fetched(tmp_path) == "Ref\n"
    assert asked_by_rest() == b'[{"Ref": 1}]'
    with serving(Quiet) as port:
        for scheme in ("s3", "az"):
            given = {"username": "zz1", "password": AZURE_KEY, "endpoint": f"http://127.0.0.1:{port}"}
            monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps(given))
            with pytest.raises(DoorUnreachable, match="it refuses us"):
                OpenDoor(Door(url=f"{scheme}://outbox/out", credential="zz1")).list()


@pytest.mark.parametrize(
    "said", ["proxy:8080", "socks5://proxy:1080", "http://", "http://zz1:secret-5d@p:x", "http://p/x"]
)
def test_what_is_no_proxy_is_a_fault_of_the_setting_and_is_not_quoted(monkeypatch, said):
    monkeypatch.setenv("ASSURE_HTTP_PROXY", said)
    with pytest.raises(ProviderFileError, match="ASSURE_HTTP_PROXY is no proxy's address") as refused:
        of("files.example.test")
    assert "secret-5d" not in str(refused.value)
