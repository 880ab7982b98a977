"""Keep the bytes as sent, encrypted with a key per file, so that purging a file is deleting its key."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

import fsspec
import pyrage
from cryptography.fernet import Fernet, InvalidToken
from psycopg2.extensions import connection as Connection

from warehouse.paths import secret, state


class NotKept(RuntimeError):
    """The bytes of a file cannot be had again: its key was deleted, or another master key wrapped it."""


def put(connection: Connection, load_id: int, content: BinaryIO) -> str:
    """Store `content` under the load and return its name below the keep; the key is wrapped into audit.keep_keys."""
    identity = pyrage.x25519.Identity.generate()
    name = f"{load_id}.age"
    with fsspec.open(f"{_keep_url()}/{name}", "wb", auto_mkdir=True) as sealed:
        pyrage.encrypt_io(content, sealed, [identity.to_public()])
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.keep_keys (load_id, wrapped_key) values (%s, %s)"
            " on conflict (load_id) do update set wrapped_key = excluded.wrapped_key",
            (load_id, _master().encrypt(str(identity).encode())),
        )
    return name


@contextmanager
def opened(connection: Connection, load_id: int, name: str) -> Iterator[BinaryIO]:
    """Yield the bytes of a kept file from a nameless temporary file. Raises NotKept."""
    with connection.cursor() as cursor:
        cursor.execute("select wrapped_key from audit.keep_keys where load_id = %s", (load_id,))
        row = cursor.fetchone()
    if row is None:
        raise NotKept(f"load {load_id}: the kept file was destroyed; ask the sender for it again")
    try:
        identity = pyrage.x25519.Identity.from_str(_master().decrypt(bytes(row[0])).decode())
    except InvalidToken:
        raise NotKept(
            f"load {load_id}: ASSURE_MASTER_KEY is not the key the file was kept under; set that one"
        ) from None
    with fsspec.open(f"{_keep_url()}/{name}", "rb") as sealed, TemporaryFile() as plain:
        pyrage.decrypt_io(sealed, plain, [identity])
        plain.seek(0)
        yield plain


def destroy(connection: Connection, load_id: int) -> None:
    """Delete the key of a kept file: its content is gone, wherever copies of the sealed file may lie."""
    with connection.cursor() as cursor:
        cursor.execute("delete from audit.keep_keys where load_id = %s", (load_id,))
        cursor.execute("update audit.deliveries set kept_name = null where load_id = %s", (load_id,))


def _keep_url() -> str:
    return (os.environ.get("ASSURE_KEEP_URL") or str(state() / "kept")).rstrip("/")


def _master() -> Fernet:
    given = os.environ.get("ASSURE_MASTER_KEY")
    if given:
        return Fernet(given.encode())
    if os.environ.get("ASSURE_DATABASE_URL"):
        raise RuntimeError("ASSURE_MASTER_KEY is not set; a managed warehouse needs it from your secrets backend")
    return Fernet(secret(state() / "master-key", lambda: Fernet.generate_key().decode()))
