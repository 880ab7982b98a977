"""Kept bytes come back equal, and never again once their key is gone."""

import datetime as dt
import io
import os

import pytest
from cryptography.fernet import Fernet

from loaders import keep
from warehouse import connection
from warehouse.paths import state

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
CONTENT = b"I-1,03/06/2026," + os.urandom(200_000)


@pytest.fixture
def kept(sender):
    """The load id and name of a file whose bytes are CONTENT."""
    one = sender()
    one.send("incidents_2026-06.csv", CONTENT)
    (load_id,) = one.load(AS_OF).load_ids
    return load_id, one.delivery("incidents_2026-06.csv")["kept_name"]


def read(load_id: int, name: str) -> bytes:
    with connection.connect("loader") as opened, keep.opened(opened, load_id, name) as content:
        return content.read()


def test_bytes_come_back_as_they_were_sent(kept):
    assert read(*kept) == CONTENT


def test_what_lies_there_is_sealed(kept):
    sealed = (state() / "kept" / kept[1]).read_bytes()
    assert b"I-1,03/06/2026" not in sealed
    assert len(sealed) > len(CONTENT)


def test_every_file_has_a_key_of_its_own(sender, kept):
    one = sender()
    one.send("incidents_2026-06.csv", CONTENT)
    one.load(AS_OF)
    wrapped = one.ask("select wrapped_key from audit.keep_keys")
    assert len({bytes(key) for (key,) in wrapped}) == len(wrapped) > 1


def test_once_destroyed_the_bytes_are_gone_although_they_lie_there(kept):
    load_id, name = kept
    with connection.connect("loader") as opened:
        keep.destroy(opened, load_id)
    assert (state() / "kept" / name).exists()
    with pytest.raises(keep.NotKept, match=f"load {load_id}: the kept file was destroyed; ask the sender"):
        read(load_id, name)


def test_another_master_key_opens_nothing_and_says_so(kept, monkeypatch):
    monkeypatch.setenv("ASSURE_MASTER_KEY", Fernet.generate_key().decode())
    with pytest.raises(keep.NotKept, match="ASSURE_MASTER_KEY is not the key"):
        read(*kept)


def test_a_managed_warehouse_brings_its_own_master_key(sender, monkeypatch):
    monkeypatch.setattr(keep.os, "environ", {"ASSURE_DATABASE_URL": "postgresql://elsewhere"})
    with pytest.raises(RuntimeError, match="from your secrets backend"):
        keep._master()


def test_the_master_key_is_made_once_and_is_nobody_elses(kept):
    path = state() / "master-key"
    assert path.stat().st_mode & 0o077 == 0
    assert keep._master().decrypt(keep._master().encrypt(b"x")) == b"x"


def test_files_may_be_kept_elsewhere(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_KEEP_URL", f"file://{tmp_path}/far away")
    load_id, _ = kept
    with connection.connect("loader") as opened:
        name = keep.put(opened, load_id, io.BytesIO(CONTENT))
    assert read(load_id, name) == CONTENT
    assert (tmp_path / "far away" / name).exists()
