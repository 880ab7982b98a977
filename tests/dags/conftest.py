"""Give the timetable something to run: one made-up sender with a folder for a door, in a state folder of its own."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import give_parsed_project
from warehouse import server

SENDER = """\
code: tst
name: Made-up trust
kind: nhs_trust
tier: full
icb_code: ZWL
icb_name: Wenland (made-up ICB)
is_made_up: true
contact: tst_contact
agreements:
  - reference: TST-1
    valid_from: 2023-04-01
    valid_to: 2099-03-31
    records: [complaint]
    lawful_basis: made up
    controller: Made-up trust
    dpia_reference: TST-2
    retention_months: 96
    opt_out_applied_by: provider
door:
  url: file://${ASSURE_TST_FOLDER}
feeds:
  complaints:
    files: complaints_{period:%Y-%m}{version}.csv
    every: month
    first_period: 2026-04-01
    format: {kind: csv}
    tables:
      - record: complaint
        delivers: period
        columns: {complaint_id: ref, case_kind: kind, received_on: received}
"""
SENT_AT = dt.datetime(2026, 7, 10, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Sender:
    """A sender and its door."""

    door: Path

    def send(self, name: str, *lines: str) -> None:
        """Put a file into the door at once, as `mv` does, dated before the moment tests speak for."""
        draft = self.door.parent / name
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.utime(draft, times=(SENT_AT.timestamp(), SENT_AT.timestamp()))
        draft.rename(self.door / name)


@pytest.fixture(scope="module")
def sender(tmp_path_factory, parsed_project) -> Iterator[Sender]:
    """One sender alone, and a state folder with a server for its module."""
    folder = tmp_path_factory.mktemp("timetable")
    for name in ("providers", "door", "state"):
        (folder / name).mkdir()
    (folder / "providers" / "tst.yml").write_text(SENDER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith(("AIRFLOW", "ASSURE_"))]:
            patched.delenv(name)
        patched.setenv("ASSURE_STATE", str(folder / "state"))
        # New code makes marts old; who commits while this runs shall not.
        patched.setenv("GIT_DIR", str(folder / "nowhere"))
        patched.setenv("ASSURE_PROVIDERS", str(folder / "providers"))
        patched.setenv("ASSURE_TST_FOLDER", str(folder / "door"))
        server.start(folder / "state", durable=False)
        give_parsed_project(folder / "state", parsed_project)
        yield Sender(folder / "door")
        server.erase(folder / "state")
