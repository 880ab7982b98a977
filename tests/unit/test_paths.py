"""The state folder is closed to others, and a secret in it is whole for everybody who reads it."""

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from warehouse.paths import secret, state


def test_a_state_folder_that_stood_open_is_closed(tmp_path, monkeypatch):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    monkeypatch.setenv("ASSURE_STATE", str(folder))
    assert state().stat().st_mode & 0o777 == 0o700


def test_everybodys_folder_is_refused_and_left_as_it_is(tmp_path, monkeypatch):
    folder = tmp_path / "everybody"
    folder.mkdir()
    folder.chmod(0o1777)
    monkeypatch.setenv("ASSURE_STATE", str(folder))
    with pytest.raises(RuntimeError, match="ASSURE_STATE"):
        state()
    assert folder.stat().st_mode & 0o7777 == 0o1777


def test_somebody_elses_folder_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o755)

    def not_permitted(*_) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", not_permitted)
    monkeypatch.setenv("ASSURE_STATE", str(folder))
    with pytest.raises(RuntimeError, match="ASSURE_STATE"):
        state()


def _make_slowly() -> str:
    time.sleep(0.05)
    return f"made by {os.getpid()}"


def _read(path: Path) -> str:
    return secret(path, _make_slowly)


def test_many_processes_that_make_a_secret_at_once_all_read_the_same_one(tmp_path):
    path = tmp_path / "secret"
    with multiprocessing.get_context("fork").Pool(8) as pool:
        read = pool.map(_read, [path] * 8, chunksize=1)
    assert read == [path.read_text(encoding="utf-8")] * 8
    assert read[0].startswith("made by ")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
