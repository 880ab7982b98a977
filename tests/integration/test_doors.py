"""By real SFTP, real HTTP and folders; what is not there is a service fault and never a verdict on data."""

import contextlib
import datetime as dt
import json
import os
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import asyncssh
import pytest

from demo.servers import HttpServer, SftpServer
from loaders import fetching
from loaders.doors.ceiling import MIB, TooLarge
from loaders.doors.hosts import HostRefused
from loaders.doors.opening import DoorUnreachable, OpenDoor, Sighting
from loaders.senders.provider import Door, ProviderFileError
from tests.made_up_sender import SUBMITTED_AT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
NAMES = ["FFT #1 100%.csv", "incidents_2026-06.csv", "register/input é.csv"]


@pytest.fixture(autouse=True)
def this_machine_is_allowed(monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")


@pytest.fixture
def folder(tmp_path):
    """A folder as a sender serves it, with what does not belong to its files."""
    served = tmp_path / "served"
    (served / "register").mkdir(parents=True)
    for name in [*NAMES, ".hidden.csv", "~$book.xlsx", ".part/incidents_2026-05.csv"]:
        path = served / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"content of {name}", encoding="utf-8")
        os.utime(path, (SUBMITTED_AT.timestamp(), SUBMITTED_AT.timestamp()))
    return served


def by_sftp(server, monkeypatch, **changed) -> OpenDoor:
    credential = {"username": server.user, "password": server.password, "known_hosts": server.known_hosts} | changed
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps({name: said for name, said in credential.items() if said}))
    return OpenDoor(Door(url=f"sftp://127.0.0.1:{server.port}/", credential="zz1"))


def assert_serves(door: OpenDoor, into) -> None:
    seen = door.list()
    assert [one.path for one in seen] == NAMES
    for one in seen:
        assert one.modified_at == SUBMITTED_AT
        door.fetch(one, into)
        assert into.read_text(encoding="utf-8") == f"content of {one.path}"
        assert one.byte_count == into.stat().st_size


def test_files_come_by_sftp(folder, tmp_path, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        assert_serves(by_sftp(server, monkeypatch), tmp_path / "fetched")


def test_files_come_by_http(folder, tmp_path):
    with HttpServer(folder) as server:
        assert_serves(OpenDoor(Door(url=server.url.rstrip("/"))), tmp_path / "fetched")


def test_files_come_from_a_folder(folder, tmp_path):
    assert_serves(OpenDoor(Door(url=folder.as_uri())), tmp_path / "fetched")


# ---- SFTP ------------------------------------------------------------------------------------------------------------


def test_a_server_with_another_key_than_the_one_pinned_is_nobodys(folder, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server, SftpServer(folder, "zz1", "a password") as other:
        pinned = other.known_hosts.replace(str(other.port), str(server.port))
        with pytest.raises(DoorUnreachable, match="its host key is not the pinned one"):
            by_sftp(server, monkeypatch, known_hosts=pinned)


def test_a_server_whose_key_nobody_pinned_is_not_spoken_to(folder, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        with pytest.raises(ProviderFileError, match="pin the server's host key"):
            by_sftp(server, monkeypatch, known_hosts=None)


def test_files_come_by_sftp_with_a_key(folder, tmp_path, monkeypatch):
    key = asyncssh.generate_private_key("ssh-ed25519")
    sealed = key.export_private_key(passphrase="words", rounds=8).decode()
    with SftpServer(folder, "zz1", "a password", public_key=key.export_public_key().decode()) as server:
        opened = by_sftp(server, monkeypatch, password=None, private_key=sealed, passphrase="words")
        assert_serves(opened, tmp_path / "fetched")
        with pytest.raises(ProviderFileError, match="private_key or known_hosts cannot be read"):
            by_sftp(server, monkeypatch, password=None, private_key=sealed, passphrase="other words")
        another = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
        with pytest.raises(DoorUnreachable, match="it refuses us"):
            by_sftp(server, monkeypatch, password=None, private_key=another)


def test_a_link_on_the_senders_server_is_not_followed(folder, tmp_path, monkeypatch):
    (tmp_path / "outside.csv").write_text("not theirs to send")
    (folder / "incidents_2026-07.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "everything").symlink_to(tmp_path)
    with SftpServer(folder, "zz1", "a password") as server:
        assert [one.path for one in by_sftp(server, monkeypatch).list()] == NAMES


def test_a_key_that_a_door_does_not_know_is_refused_by_name(folder, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        with pytest.raises(ProviderFileError, match="holds pasword, which this door does not know") as refused:
            by_sftp(server, monkeypatch, pasword="secret-5d")
    assert "secret-5d" not in str(refused.value)


def test_a_wrong_password_is_a_service_fault_and_says_no_secret(folder, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        with pytest.raises(DoorUnreachable) as refused:
            by_sftp(server, monkeypatch, password="another-5d")
    assert "another-5d" not in str(refused.value)


# ---- HTTP ------------------------------------------------------------------------------------------------------------


def test_a_file_that_went_while_we_looked_is_a_service_fault(folder, tmp_path):
    with HttpServer(folder) as server:
        door = OpenDoor(Door(url=server.url.rstrip("/")))
        with pytest.raises(DoorUnreachable, match="cannot read from http door"):
            door.fetch(Sighting("gone.csv", 1, None), tmp_path / "fetched")


def test_a_server_that_wants_another_credential_says_so(folder, monkeypatch):
    with HttpServer(folder) as server:
        monkeypatch.setattr("demo.servers.Quiet.do_GET", lambda handler: handler.send_error(403))
        with pytest.raises(DoorUnreachable, match="it refuses us"):
            OpenDoor(Door(url=server.url.rstrip("/"))).list()


def test_a_folder_that_is_not_there_is_a_service_fault(folder, tmp_path):
    with HttpServer(folder) as server:
        with pytest.raises(DoorUnreachable, match="cannot list http door"):
            OpenDoor(Door(url=server.url + "nowhere")).list()
    with pytest.raises(DoorUnreachable, match="cannot list file door"):
        OpenDoor(Door(url=(tmp_path / "nowhere").as_uri())).list()


def test_a_dead_server_is_a_service_fault(folder):
    with HttpServer(folder) as server:
        url = server.url
    with pytest.raises(DoorUnreachable):
        OpenDoor(Door(url=url)).list()


class Misled(BaseHTTPRequestHandler):
    """A server that sends whoever comes where `ways` says, or answers with what stands there, or 404."""

    ways: ClassVar[dict[str, str]] = {}

    def do_GET(self):
        said = self.ways.get(self.path)
        content = said.encode() if said and not said.startswith(("http", "/")) else b""
        self.send_response(404 if said is None else 200 if content else 302)
        if said and not content:
            self.send_header("Location", said)
        self.send_header("Content-Type", "text/html" if b"<" in content else "text/csv")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if self.command == "GET" else b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def misled():
    """Call with where each path leads; returns the server's address."""
    with contextlib.ExitStack() as open_servers:

        def serve(**ways):
            handler = type("Here", (Misled,), {"ways": {f"/{path}": to for path, to in ways.items()}})
            server = open_servers.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
            open_servers.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield serve


LINKS = (
    "<html><a href='a.csv'>a</a> <a href='../b.csv'>b</a> <a href='%2e%2e/c.csv'>c</a> <a href='http://x.test/d'>d</a>"
)


def test_a_host_that_nobody_listed_is_not_called(folder, monkeypatch):
    with HttpServer(folder) as server:
        for listed in ("", "files.example.nhs.uk, *.nhs.uk", "*"):
            monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", listed)
            with pytest.raises(HostRefused, match=r"127\.0\.0\.1 is not an allowed host; .* ASSURE_ALLOWED_HOSTS"):
                OpenDoor(Door(url=server.url))


def test_a_name_that_leads_into_a_private_network_must_be_listed_in_full(folder, monkeypatch):
    with HttpServer(folder) as server:
        by_name = Door(url=server.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "*ost")
        with pytest.raises(HostRefused, match="without a wildcard"):
            OpenDoor(by_name)
        monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "localhost")
        assert len(OpenDoor(by_name).list()) == len(NAMES)


def test_links_that_lead_out_of_the_door_are_left_out(misled):
    url = misled(**{"out/": LINKS, "out/a.csv": "Ref"})
    assert [one.path for one in OpenDoor(Door(url=f"{url}/out")).list()] == ["a.csv"]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("http://169.254.169.254/latest/meta-data/", r"169\.254\.169\.254 is not an allowed host|in clear"),
        ("https://169.254.169.254/latest/meta-data/", r"169\.254\.169\.254 is not an allowed host"),
        ("https://files.example.nhs.uk/out/a.csv", "files.example.nhs.uk is not an allowed host"),
        ("/login", "outside the door, perhaps to log in"),
        ("/out/%2e%2e/secret", "outside the door"),
        ("/out/page", "a web page where a file should be"),
    ],
)
def test_a_redirect_leads_nowhere_that_the_door_does_not(misled, tmp_path, to, told):
    url = misled(**{"out/a.csv": to, "login": "not a file", "secret": "not a file", "out/page": "<html>Log in"})
    with pytest.raises(DoorUnreachable, match=told):
        OpenDoor(Door(url=f"{url}/out")).fetch(Sighting("a.csv", None, None), tmp_path / "fetched")


def test_a_redirect_to_another_server_is_followed_where_it_is_listed_and_nothing_secret_is_shown(
    misled, tmp_path, monkeypatch
):
    elsewhere = misled(**{"files/1": "Ref"})
    url = misled(**{"out/a.csv": f"{elsewhere}/files/1", "out/b.csv": "/out/c.csv", "out/c.csv": "Ref"})
    OpenDoor(Door(url=f"{url}/out")).fetch(Sighting("a.csv", None, None), tmp_path / "fetched")
    assert (tmp_path / "fetched").read_text() == "Ref"
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps({"token": "secret-5d"}))
    with_token = OpenDoor(Door(url=f"{url}/out", credential="zz1"))
    with_token.fetch(Sighting("b.csv", None, None), tmp_path / "fetched")
    with pytest.raises(DoorUnreachable, match="to which the credential is not shown"):
        with_token.fetch(Sighting("a.csv", None, None), tmp_path / "fetched")


def test_a_page_to_log_in_on_is_no_empty_folder(misled):
    url = misled(**{"out/": "<html><form><input name=u><input type='Password'></form>"})
    with pytest.raises(DoorUnreachable, match="a page to log in on"):
        OpenDoor(Door(url=f"{url}/out")).list()


def test_a_page_of_links_that_goes_on_for_ever_ends(misled, monkeypatch):
    deep = {f"out/{'d/' * depth}": "<a href='d/'>d</a><a href='./'>same</a><a href='../'>up</a>" for depth in range(40)}
    assert OpenDoor(Door(url=f"{misled(**deep)}/out")).list() == []
    wide = {"out/": "".join(f"<a href='{n}/'>" for n in range(5)), **{f"out/{n}/": "<html>" for n in range(5)}}
    monkeypatch.setattr("loaders.doors.opening.MOST_PAGES", 4)
    with pytest.raises(DoorUnreachable, match="go on for more than 4"):
        OpenDoor(Door(url=f"{misled(**wide)}/out")).list()


def test_one_exact_address_is_a_door_where_nothing_lists_it(misled, tmp_path):
    url = misled(**{"assets/etr.csv": "RXX", "assets/broken.csv": "/assets/nowhere"})
    door = OpenDoor(Door(url=f"{url}/assets", listing="none"), ["etr.csv", "epraccur.csv"])
    assert [one.path for one in door.list()] == ["etr.csv"]
    door.fetch(door.list()[0], tmp_path / "fetched")
    assert (tmp_path / "fetched").read_text() == "RXX"


def test_what_is_not_there_is_told_from_what_is_refused(misled):
    url = misled(**{"assets/etr.csv": "https://169.254.169.254/"})
    with pytest.raises(DoorUnreachable, match=r"169\.254"):
        OpenDoor(Door(url=f"{url}/assets", listing="none"), ["etr.csv"]).list()


def test_nothing_is_said_in_clear_over_a_network(monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "files.example.nhs.uk")
    with pytest.raises(ProviderFileError, match="use https"):
        OpenDoor(Door(url="http://files.example.nhs.uk/out"))


# ---- Folders ---------------------------------------------------------------------------------------------------------


def test_what_leads_out_of_a_folder_is_not_the_senders(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("not theirs")
    (folder / "incidents_2026-07.csv").symlink_to(secret)
    (folder / "everything").symlink_to(tmp_path.anchor)
    (folder / "round").symlink_to(folder)
    (folder / "broken.csv").symlink_to(tmp_path / "nowhere")
    (folder / "again.csv").symlink_to(folder / NAMES[1])
    found = {one.path for one in OpenDoor(Door(url=folder.as_uri())).list()}
    assert found == {*NAMES, "again.csv"}


CLIMBS = [
    "../secret.csv", "register/../../secret.csv", "/etc/hostname", "~$book.xlsx", "%2e%2e/secret.csv",
    "register/%252e%252e/%2e./secret.csv", "..\\secret.csv", "register/..;/secret.csv", "a\nb.csv", "register//a.csv",
]  # fmt: skip


@pytest.mark.parametrize("path", CLIMBS)
def test_a_path_that_climbs_out_is_never_taken(folder, tmp_path, monkeypatch, path):
    door = OpenDoor(Door(url=folder.as_uri()))
    monkeypatch.setattr(door, "_walk", lambda: iter([Sighting(path, 1, None), Sighting(NAMES[1], 1, None)]))
    assert [one.path for one in door.list()] == [NAMES[1]]
    with pytest.raises(DoorUnreachable, match="what was asked for is not there"):
        door.fetch(Sighting(path, 1, None), tmp_path / "fetched")


def test_a_file_that_became_a_link_since_it_was_seen_is_not_read(folder, tmp_path):
    (tmp_path / "secret.csv").write_text("not theirs")
    door = OpenDoor(Door(url=folder.as_uri()))
    seen = next(one for one in door.list() if one.path == NAMES[1])
    (folder / NAMES[1]).unlink()
    (folder / NAMES[1]).symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DoorUnreachable):
        door.fetch(seen, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_a_file_that_grew_while_it_was_read_waits_for_another_night(folder, tmp_path):
    door = OpenDoor(Door(url=folder.as_uri()))
    seen = next(one for one in door.list() if one.path == NAMES[1])
    with (folder / NAMES[1]).open("a", encoding="utf-8") as more:
        more.write("and more")
    with pytest.raises(DoorUnreachable, match="changed while it was read"):
        door.fetch(seen, tmp_path / "fetched")


def test_a_folder_door_lies_in_a_folder_that_is_listed_where_any_is(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_FOLDERS", os.pathsep.join([str(tmp_path / "another"), str(folder)]))
    assert OpenDoor(Door(url=(folder / "register").as_uri())).list()
    (folder / "way_out").symlink_to(tmp_path)
    for outside in (tmp_path, folder / "way_out"):
        with pytest.raises(HostRefused, match="ASSURE_ALLOWED_FOLDERS"):
            OpenDoor(Door(url=outside.as_uri()))


@pytest.mark.parametrize("name", ["ASSURE_CREDENTIAL_ZZ9", "ASSURE_DATABASE_URL", "ASSURE_KEEP_URL", "SOME_URL"])
def test_no_secret_of_the_machine_gets_into_an_address(name, monkeypatch):
    monkeypatch.setenv(name, "secret-5d")
    with pytest.raises(ProviderFileError, match="is no address") as refused:
        OpenDoor(Door(url=f"file:///${{{name}}}"))
    assert "secret-5d" not in str(refused.value)


def test_a_door_without_its_variable_or_credential_says_which(monkeypatch):
    with pytest.raises(ProviderFileError, match=r"a variable in file://\$\{ASSURE_NOT_SET\}"):
        OpenDoor(Door(url="file://${ASSURE_NOT_SET}"))
    with pytest.raises(ProviderFileError, match="ASSURE_CREDENTIAL_ZZ9"):
        OpenDoor(Door(url="sftp://127.0.0.1:1/", credential="zz9"))
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ9", "secret-5d")
    with pytest.raises(ProviderFileError) as refused:
        OpenDoor(Door(url="sftp://127.0.0.1:1/", credential="zz9"))
    assert "not JSON" in str(refused.value)
    assert refused.value.__cause__ is None
    assert "secret-5d" not in str(refused.value)


def test_a_credential_may_lie_in_a_file(folder, tmp_path, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        file = tmp_path / "credential.json"
        credential = {"username": server.user, "password": server.password, "known_hosts": server.known_hosts}
        file.write_text(json.dumps(credential))
        monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ2_FILE", str(file))
        door = OpenDoor(Door(url=f"sftp://127.0.0.1:{server.port}/", credential="zz2"))
        assert len(door.list()) == len(NAMES)


# ---- A ceiling -------------------------------------------------------------------------------------------------------


class Endless(BaseHTTPRequestHandler):
    """A server whose only file goes on for ever, and whose page of links too where it is asked for `/pages/`."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "text/csv")
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"a line,\n" * 4096)

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def endless():
    """The address of a server that sends without end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def assert_too_large(door: OpenDoor, into, *, byte_count: int | None = None) -> None:
    with pytest.raises(TooLarge, match=r"larger than 1 MiB; ask the sender .* raise ASSURE_LARGEST_FILE_MIB"):
        door.fetch(Sighting("big.csv", byte_count, None), into)
    assert not into.exists() or into.stat().st_size < 8 * MIB


def test_a_server_that_sends_without_end_fills_no_disk(endless, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", "1")
    assert_too_large(OpenDoor(Door(url=f"{endless}/out")), tmp_path / "fetched")
    monkeypatch.setattr("loaders.doors.opening.MOST_OF_A_PAGE", MIB)
    with pytest.raises(DoorUnreachable, match=r"larger than 1 MiB; door\.url: leads to no page of links"):
        OpenDoor(Door(url=f"{endless}/pages")).list()


@pytest.mark.parametrize("byte_count", [None, 3 * MIB, 1], ids=["unknown", "known", "a lie"])
def test_a_file_that_is_too_large_is_not_taken_from_a_folder_nor_by_sftp(folder, tmp_path, monkeypatch, byte_count):
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", "1")
    (folder / "big.csv").write_bytes(bytes(3 * MIB))
    assert_too_large(OpenDoor(Door(url=folder.as_uri())), tmp_path / "fetched", byte_count=byte_count)
    with SftpServer(folder, "zz1", "a password") as server:
        assert_too_large(by_sftp(server, monkeypatch), tmp_path / "fetched", byte_count=byte_count)


@pytest.mark.parametrize("said", ["0", "4 GiB", "-1", "²"])
def test_a_ceiling_that_cannot_be_meant_is_a_fault_of_the_setting(folder, tmp_path, monkeypatch, said):
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", said)
    with pytest.raises(ProviderFileError, match="ASSURE_LARGEST_FILE_MIB is no whole number of MiB"):
        OpenDoor(Door(url=folder.as_uri())).fetch(Sighting(NAMES[1], None, None), tmp_path / "fetched")


# ---- What the loading makes of it ------------------------------------------------------------------------------------


def test_a_door_that_is_shut_changes_nothing_and_is_tried_again(sender):
    one = sender()
    away = one.folder.rename(one.folder.with_suffix(".away"))
    with pytest.raises(DoorUnreachable):
        one.load(AS_OF)
    assert one.delivery("incidents_2026-06.csv") is None
    away.rename(one.folder)
    one.send("incidents_2026-06.csv", "Nil return\n")
    assert len(one.load(AS_OF).load_ids) == 1


def test_an_unchanged_file_is_not_fetched_again(sender, monkeypatch):
    one = sender()
    one.send("incidents_2026-06.csv", "Nil return\n")
    fetching.fetch(one.provider, AS_OF)
    monkeypatch.setattr(OpenDoor, "fetch", lambda *_: pytest.fail("it was fetched again"))
    fetching.fetch(one.provider, AS_OF)


def test_a_file_that_is_too_large_holds_none_of_the_senders_others_up(sender, monkeypatch):
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", "1")
    one = sender()
    one.send("incidents_2026-05.csv", "a,line\n" * MIB)
    one.send("incidents_2026-06.csv", "Nil return\n")
    with pytest.raises(DoorUnreachable, match="larger than 1 MiB"):
        one.load(AS_OF)
    assert one.delivery("incidents_2026-05.csv") is None
    assert one.delivery("incidents_2026-06.csv")["state"] == "judged"
