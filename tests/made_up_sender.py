"""A sender for tests: its files lie in a folder and are loaded by the functions its DAG calls."""

import datetime as dt
import os
from pathlib import Path

import yaml
from psycopg2.extras import RealDictCursor

from loaders import fetching, load
from loaders.senders.provider import load_provider
from warehouse import connection, ledger

SUBMITTED_AT = dt.datetime(2026, 7, 10, 9, 0, tzinfo=dt.UTC)

AGREEMENT = {
    "reference": "ZZL-DSA-01", "valid_from": "2023-04-01", "valid_to": "2027-03-31", "lawful_basis": "public task",
    "records": ["incident", "input", "activity_count", "service"], "controller": "A made-up sender",
    "dpia_reference": "ZZL-DPIA-01", "retention_months": "96", "opt_out_applied_by": "provider",
}  # fmt: skip

INCIDENTS = {
    "files": "incidents_{period:%Y-%m}{version}.csv*",
    "every": "month",
    "first_period": "2026-04-01",
    "format": {"kind": "csv", "dates": ["%d/%m/%Y"]},
    "tables": [
        {
            "record": "incident",
            "delivers": "period",
            "columns": {
                "incident_id": "Ref",
                "revision": {"constant": "1"},
                "occurred_on": "Happened",
                "reported_on": "Reported",
                "service_id": "Ward",
                "incident_kind": {"from": "Kind", "codes": {"SELFH": "self_harm", "FALL": "falls"}},
            },
            "ignore": ["Notes"],
            "drop": ["NHS number"],
        }
    ],
}


def provider_file(**changed) -> dict:
    """Return a provider file of one feed, incidents, with keys changed; code and door are its sender's."""
    return {
        "name": "A made-up sender", "kind": "nhs_trust", "tier": "full", "icb_code": "ZZL",
        "icb_name": "Made-up ICB", "is_made_up": "true", "agreements": [AGREEMENT],
        "feeds": {"incidents": INCIDENTS},
    } | changed  # fmt: skip


class MadeUpSender:
    """A sender whose files lie in a folder: send files, load them as its DAG does, and ask what became of them."""

    def __init__(self, code: str, folder: Path, document: dict):
        self.code = code
        self.folder = folder / code
        self.folder.mkdir()
        self._path = folder / f"{code}.yml"
        self.change(document | {"code": code, "door": {"url": self.folder.as_uri()}})

    def change(self, document: dict) -> None:
        """Write the provider file anew."""
        self.document = document
        self._path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        self.provider = load_provider(self._path)

    def send(self, name: str, content: str | bytes, at: dt.datetime = SUBMITTED_AT) -> None:
        """Put a file at the door, dated `at`."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (at.timestamp(), at.timestamp()))

    def load(self, as_of: dt.datetime) -> fetching.Fetched:
        """Fetch, land and judge."""
        return load.load_sender(self.provider, as_of)

    def release(self, name: str) -> None:
        """Decide that a held file counts."""
        with connection.connect("loader") as opened:
            load_id = self.delivery(name)["load_id"]
            ledger.release(opened, load_id, "data manager", "it is right", SUBMITTED_AT)

    def ask(self, statement: str, *values) -> list[tuple]:
        """Ask the warehouse as the loading role."""
        with connection.connect("loader") as opened, opened.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def delivery(self, name: str) -> dict:
        """Return the ledger's newest row for a file."""
        with connection.connect("loader") as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(
                "select * from audit.deliveries where provider_code = %s and file_name = %s"
                " order by load_id desc limit 1",
                (self.provider.organisation_code, name),
            )
            return cursor.fetchone()

    def findings(self, name: str) -> list[ledger.Finding]:
        """Return the verdict on a file."""
        with connection.connect("loader") as opened:
            return ledger.findings(opened, self.delivery(name)["load_id"])

    def rules(self, name: str) -> list[str]:
        """Return the rules a file broke, in the verdict's order."""
        return [found.rule for found in self.findings(name)]

    def visible(self, record: str) -> int:
        """Count the rows of a record that count now."""
        return self.ask(
            f'select count(*) from raw."{record}" as landed'
            " inner join audit.visibility as seen on seen.load_id = landed.load_id and seen.record = %s"
            " where landed.provider_code = %s and seen.retired_seq is null"
            " and not exists (select from quarantine.rows as aside where aside.load_id = landed.load_id"
            " and aside.record = seen.record and aside.row_number = landed.row_number)",
            record,
            self.provider.organisation_code,
        )[0][0]
