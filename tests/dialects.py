"""A sender that speaks a dialect: its provider file stands in providers/examples, its files are the sample there."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copy2

from demo.servers import HttpServer, SftpServer
from loaders.senders.provider import load_provider
from tests.made_up_sender import SUBMITTED_AT, MadeUpSender
from warehouse import yaml_files
from warehouse.paths import ROOT

EXAMPLES = ROOT / "providers" / "examples"


class Dialect(MadeUpSender):
    """The sender of one example, its files at the door that its provider file names; load and ask as of any sender.

    `send(name, content)` puts another file at the same door.
    """

    def __init__(self, code: str, folder: Path):
        self.code = code
        self.folder = folder
        self.document = yaml_files.read(EXAMPLES / f"{code}.yml")
        self.provider = load_provider(EXAMPLES / f"{code}.yml")

    def rows(self, record: str, *columns: str) -> list[tuple]:
        """Return these columns of the rows of a record that count now, by file, row and part."""
        return self.ask(
            f'select {", ".join(f"landed.{column}" for column in columns)} from raw."{record}" as landed'
            " inner join audit.deliveries as delivery on delivery.load_id = landed.load_id"
            " inner join audit.visibility as seen on seen.load_id = landed.load_id and seen.record = %s"
            " where landed.provider_code = %s and seen.retired_seq is null"
            " and not exists (select from quarantine.rows as aside where aside.load_id = landed.load_id"
            " and aside.record = seen.record and aside.row_number = landed.row_number)"
            " order by delivery.file_name, landed.row_number, landed.part",
            record,
            self.provider.organisation_code,
        )

    def counts(self, name: str) -> tuple[str, int, int, int, int]:
        """Return a file's state and its rows in the ledger: read, landed as records, set aside, filtered."""
        found = self.delivery(name)
        return tuple(found[key] for key in ("state", "rows_read", "rows_landed", "rows_set_aside", "rows_filtered"))

    def set_aside(self) -> list[tuple]:
        """Return (file, row, rule) of every row set aside."""
        return self.ask(
            "select delivery.file_name, aside.row_number, aside.rule from quarantine.rows as aside"
            " inner join audit.deliveries as delivery on delivery.load_id = aside.load_id"
            " where delivery.provider_code = %s order by 1, 2, 3",
            self.provider.organisation_code,
        )


@contextlib.contextmanager
def speaking(code: str, folder: Path, monkeypatch, only: str = "*") -> Iterator[Dialect]:
    """Yield the sender of an example with its sample at a real door of the kind its provider file names."""
    served = folder / code
    served.mkdir()
    for path in sorted((EXAMPLES / code).glob(only)):
        if path.name not in ("ATTRIBUTION.md", "README.md"):
            copy2(path, served)
            os.utime(served / path.name, (SUBMITTED_AT.timestamp(), SUBMITTED_AT.timestamp()))
    url = yaml_files.read(EXAMPLES / f"{code}.yml")["door"]["url"]
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")
    with contextlib.ExitStack() as stack:
        if url.startswith("sftp://"):
            server = stack.enter_context(SftpServer(served, code, "a password"))
            monkeypatch.setenv(f"ASSURE_{code.upper()}_ADDRESS", f"127.0.0.1:{server.port}")
            monkeypatch.setenv(
                f"ASSURE_CREDENTIAL_{code.upper()}_SFTP",
                json.dumps(
                    {"username": server.user, "password": server.password, "known_hosts": server.known_hosts},
                ),
            )
        elif url.startswith("http"):
            server = stack.enter_context(HttpServer(served))
            monkeypatch.setenv(f"ASSURE_{code.upper()}_ADDRESS", f"127.0.0.1:{server.port}")
        else:
            monkeypatch.setenv(f"ASSURE_{code.upper()}_FOLDER", str(served))
        yield Dialect(code, served)
