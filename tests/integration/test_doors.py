"""By real SFTP, real HTTP and folders; what is not there is a service fault and never a verdict on data."""

import datetime as dt
import json
import os

import pytest

from demo.servers import HttpServer, SftpServer
from loaders import load
from loaders.doors import DoorUnreachable, OpenDoor, Sighting
from loaders.provider import Door, ProviderFileError
from tests.made_up_sender import SUBMITTED_AT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
NAMES = ["FFT #1 100%.csv", "incidents_2026-06.csv", "register/input é.csv"]


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
        with pytest.raises(DoorUnreachable):
            by_sftp(server, monkeypatch, known_hosts=pinned)


def test_a_server_whose_key_nobody_pinned_is_not_spoken_to(folder, monkeypatch):
    with SftpServer(folder, "zz1", "a password") as server:
        with pytest.raises(ProviderFileError, match="pin the server's host key"):
            by_sftp(server, monkeypatch, known_hosts=None)


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


@pytest.mark.parametrize("path", ["../secret.csv", "register/../../secret.csv", "/etc/hostname", "~$book.xlsx"])
def test_a_path_that_climbs_out_is_never_taken_from_a_listing(folder, monkeypatch, path):
    door = OpenDoor(Door(url=folder.as_uri()))
    monkeypatch.setattr(door, "_walk", lambda: iter([Sighting(path, 1, None), Sighting(NAMES[1], 1, None)]))
    assert [one.path for one in door.list()] == [NAMES[1]]


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
    load.fetch(one.provider, AS_OF)
    monkeypatch.setattr(OpenDoor, "fetch", lambda *_: pytest.fail("it was fetched again"))
    load.fetch(one.provider, AS_OF)
