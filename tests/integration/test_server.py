"""The embedded Postgres, tried as people treat it: started twice, by two at once, killed, robbed of its port."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from warehouse import server

TO_START = (
    "import sys, pathlib; from warehouse import server; print(server.start(pathlib.Path(sys.argv[1]), durable=False))"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for the tests that leave its server as they found it: making a cluster takes most of a second."""
    home = tmp_path_factory.mktemp("home")
    yield home
    server.erase(home)


@pytest.fixture
def running(home):
    return server.start(home, durable=False)


@pytest.fixture
def fresh(tmp_path):
    home = tmp_path / "fresh"
    yield home
    server.erase(home)


def answer(running, question, **instead):
    connection = psycopg2.connect(running.url(), **instead)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def postmaster(running):
    return int((running.data_directory / "postmaster.pid").read_text().split()[0])


def test_started_twice_it_is_one_server(home, running):
    first = postmaster(running)
    assert server.start(home, durable=False) == running
    assert postmaster(running) == first
    assert server.is_running(home)


def test_two_processes_that_start_it_at_once_get_one_server(fresh):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", TO_START, str(fresh)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1] == f"{server.start(fresh, durable=False)}\n"


def test_it_keeps_its_word_on_settings(running):
    expected = {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "password_encryption": "scram-sha-256",
    }
    assert {name: answer(running, f"show {name}") for name in expected} == expected
    assert answer(running, "select datlocale from pg_database where datname = 'postgres'") == "C.UTF-8"


def test_stopped_and_started_it_keeps_its_data_its_port_and_is_durable_unless_told_otherwise(home, running):
    connection = psycopg2.connect(running.url())
    with connection, connection.cursor() as cursor:
        cursor.execute("create table kept as select 7 as seven")
    connection.close()
    assert (answer(running, "show fsync"), answer(running, "show scram_iterations")) == ("off", "1")
    server.stop(home)
    assert not server.is_running(home)
    server.stop(home)  # twice is once
    again = server.start(home)
    assert again == running
    assert answer(again, "select seven from kept") == 7
    assert (answer(again, "show fsync"), answer(again, "show scram_iterations")) == ("on", "4096")


def test_killed_outright_it_starts_again(home, running):
    # Somebody is connected, so the killed server leaves a child behind that holds its memory for a moment.
    connection = psycopg2.connect(running.url())
    os.kill(postmaster(running), signal.SIGKILL)
    again = server.start(home, durable=False)
    assert answer(again, "select 1") == 1
    connection.close()


def test_a_record_left_by_a_reboot_whose_number_another_program_has_now_is_seen_through(home, running):
    record = running.data_directory / "postmaster.pid"
    lines = record.read_text().splitlines()
    server.stop(home)
    # Process 1 lives on every machine and is never ours.
    record.write_text("\n".join(["1", *lines[1:]]) + "\n")
    assert not server.is_running(home)
    assert answer(server.start(home, durable=False), "select 1") == 1


def test_a_wrong_password_is_refused_and_the_right_one_is_for_its_owner_alone(home, running):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        answer(running, "select 1", password="wrong")
    assert running.password not in repr(running)
    for path in (home / "postgres" / "password", running.data_directory):
        assert path.stat().st_mode & 0o077 == 0


def test_with_its_port_taken_it_finds_another_and_remembers_that(home, running):
    server.stop(home)
    with socket.create_server(("127.0.0.1", running.port)):
        moved = server.start(home, durable=False)
        assert moved.port != running.port
        assert answer(moved, "show data_directory") == str(running.data_directory)
        server.stop(home)
    assert server.start(home, durable=False).port == moved.port


def test_another_server_on_the_recorded_port_is_not_taken_for_ours(home, running, tmp_path):
    other = tmp_path / "other"
    stranger = server.start(other, durable=False)
    try:
        record = running.data_directory / "postmaster.pid"
        lines = record.read_text().splitlines()
        record.write_text("\n".join([*lines[:3], str(stranger.port), *lines[4:]]) + "\n")
        assert not server.is_running(home)
        record.write_text("\n".join(lines) + "\n")
        assert server.is_running(home)
    finally:
        server.erase(other)


def test_an_interrupted_initdb_is_done_again(fresh, monkeypatch):
    cluster = server._Cluster(fresh)
    run = server._Cluster._run

    def cut_short(self, command, **how):
        if Path(command[0]).name == "initdb" and "-D" in map(str, command):
            half = Path(command[command.index("-D") + 1])
            half.mkdir()
            (half / "PG_VERSION").write_text("18\n")
            raise KeyboardInterrupt
        return run(self, command, **how)

    monkeypatch.setattr(server._Cluster, "_run", cut_short)
    with pytest.raises(KeyboardInterrupt):
        server.start(fresh, durable=False)
    assert not cluster.data.exists()

    monkeypatch.undo()
    assert answer(server.start(fresh, durable=False), "select 1") == 1
    assert not list(cluster.area.glob("data.part-*"))


def test_a_home_made_anew_starts_with_no_data(fresh):
    before = server.start(fresh, durable=False)
    process = postmaster(before)
    shutil.rmtree(fresh)
    after = server.start(fresh, durable=False)
    assert after.password != before.password
    assert postmaster(after) != process


def test_binaries_that_only_their_owner_reaches_serve_all_the_same(fresh, tmp_path, monkeypatch):
    found = server.locate_binaries()
    package = found.parent.parent
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for folder in [package, *package.parent.glob(f"{package.name}.libs")]:
        shutil.copytree(folder, hidden / folder.name, symlinks=True)
    monkeypatch.setattr(server, "locate_binaries", lambda: hidden / found.relative_to(package.parent))
    assert answer(server.start(fresh, durable=False), "select 1") == 1


def test_data_of_another_major_version_is_left_alone(home, running):
    server.stop(home)
    version = running.data_directory / "PG_VERSION"
    ours = version.read_text()
    version.write_text("12\n")
    with pytest.raises(server.ServerError, match="made by Postgres 12"):
        server.start(home, durable=False)
    version.write_text(ours)


def test_without_any_postgres_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setattr(server, "WHEELS", ())
    monkeypatch.setattr(server, "INSTALLED", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(server.ServerError, match="make setup"):
        server.locate_binaries()


def test_its_log_holds_no_value_from_a_record(home, running):
    with pytest.raises(psycopg2.DataError):
        answer(running, "select 'a private matter'::integer")
    assert "private" not in server._Cluster(home).log.read_text()
