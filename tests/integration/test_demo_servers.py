"""The demo's servers: real SFTP and real HTTP, which can be read and never written."""

import asyncio
import datetime as dt
import os
import socket
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

import asyncssh
import pytest

from demo.servers import HttpServer, SftpServer

CONTENT = "Unit,“Notes”\r\n".encode("cp1252")
SENT = dt.datetime(2024, 6, 12, 10, 30, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path):
    served = tmp_path / "served"
    (served / "register").mkdir(parents=True)
    for name in ("incidents_2024-05.csv", "register/input_20240630.csv"):
        (served / name).write_bytes(CONTENT)
        os.utime(served / name, (SENT.timestamp(), SENT.timestamp()))
    (tmp_path / "outside.txt").write_text("not theirs to read")
    return served


def over_sftp(server: SftpServer, work, password: str | None = None, version: int = 3):
    """Do one thing as a client that trusts only this server's own key."""

    async def connected():
        async with asyncssh.connect(
            "127.0.0.1", server.port, username=server.user, password=password or server.password, config=None,
            known_hosts=asyncssh.import_known_hosts(server.known_hosts + "\n"), client_keys=None, agent_path=None,
        ) as connection, connection.start_sftp_client(sftp_version=version) as client:  # fmt: skip
            return await work(client)

    return asyncio.run(connected())


async def fetched(client, name: str) -> bytes:
    async with client.open(name, "rb") as file:
        return await file.read()


def get(url: str):
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10)


def test_a_file_comes_over_sftp_as_it_was_sent_and_dated(folder):
    with SftpServer(folder, "zw1", "a password") as server:

        async def look(client):
            names = await client.listdir("/")
            attributes = await client.stat("/incidents_2024-05.csv")
            return (
                sorted(set(names) - {".", ".."}),
                attributes.mtime,
                await fetched(client, "/register/input_20240630.csv"),
            )

        for version in (3, 6):
            seen = over_sftp(server, look, version=version)
            assert seen == (["incidents_2024-05.csv", "register"], SENT.timestamp(), CONTENT)


def test_nobody_gets_in_over_sftp_with_a_wrong_password(folder):
    with SftpServer(folder, "zw1", "a password") as server, pytest.raises(asyncssh.PermissionDenied):
        over_sftp(server, lambda client: client.listdir("/"), password="another")


@pytest.mark.parametrize("version", [3, 6])
@pytest.mark.parametrize(
    "work",
    [
        lambda client: client.open("/new.csv", "wb"),
        lambda client: client.open("/incidents_2024-05.csv", "ab"),
        lambda client: client.remove("/incidents_2024-05.csv"),
        lambda client: client.rename("/incidents_2024-05.csv", "/gone.csv"),
        lambda client: client.posix_rename("/incidents_2024-05.csv", "/gone.csv"),
        lambda client: client.mkdir("/new"),
        lambda client: client.rmdir("/register"),
        lambda client: client.symlink("/incidents_2024-05.csv", "/link.csv"),
        lambda client: client.truncate("/incidents_2024-05.csv", 0),
        lambda client: client.utime("/incidents_2024-05.csv", (0, 0)),
    ],
)
def test_nothing_is_written_over_sftp(folder, work, version):
    before = sorted((path.name, path.stat().st_mtime) for path in folder.iterdir())
    with SftpServer(folder, "zw1", "a password") as server, pytest.raises(asyncssh.SFTPPermissionDenied):
        over_sftp(server, work, version=version)
    assert sorted((path.name, path.stat().st_mtime) for path in folder.iterdir()) == before


def test_nothing_outside_the_folder_is_seen_over_sftp(folder):
    with SftpServer(folder, "zw1", "a password") as server, pytest.raises(asyncssh.SFTPNoSuchFile):
        over_sftp(server, lambda client: fetched(client, "/../outside.txt"))


def test_a_file_comes_over_http_with_the_day_it_was_sent(folder):
    with HttpServer(folder) as server:
        with get(server.url) as answer:
            index = answer.read().decode()
        assert 'href="incidents_2024-05.csv"' in index
        assert 'href="register/"' in index
        with get(server.url + "incidents_2024-05.csv") as answer:
            assert answer.read() == CONTENT
            assert parsedate_to_datetime(answer.headers["Last-Modified"]) == SENT


@pytest.mark.parametrize("path", ["missing.csv", "../outside.txt", "%2e%2e/outside.txt"])
def test_what_is_not_in_the_folder_is_not_found_over_http(folder, path):
    with HttpServer(folder) as server, pytest.raises(urllib.error.HTTPError, match="404"):
        get(server.url + path)


@pytest.mark.parametrize("serve", [lambda folder: SftpServer(folder, "zw1", "a password"), HttpServer])
def test_a_server_is_gone_when_its_block_ends(folder, serve):
    with serve(folder) as server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as left_open:
        pass
    left_open.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_two_servers_run_side_by_side(folder):
    with SftpServer(folder, "zw1", "one") as first, SftpServer(folder, "zw2", "two") as second:
        assert first.port != second.port
        assert first.known_hosts != second.known_hosts
