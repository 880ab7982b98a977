"""Pack Tideway's register as its system does each quarter: one zip of semicolon tables in UTF-16."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

from demo.chance import Chance
from demo.days import quarter_ends
from demo.history import lived
from demo.outbox import Outbox, csv_text
from demo.register import senders, tables
from demo.upkeep import written_up

PROVIDER = "ZW5"


def write(outbox: Outbox) -> None:
    """Send `tideway_<day>.zip` each quarter, and once more where truth says that it was sent again."""
    truth = outbox.truth
    history, sender = written_up(lived(truth, PROVIDER), truth), senders()[PROVIDER]
    for change in history.changes:
        change["cost_gbp"] = Chance(truth.region["seed"], "cost", change["change_id"]).between(0, 400_000) / 100
    again = {event["file"]: event for event in truth.of(PROVIDER, kind="reissued_file")}
    for end in quarter_ends(truth.region["first_month"], truth.region["last_month"]):
        name = f"tideway_{end:%Y%m%d}.zip"
        records = tables(history, end, sender, joined_by=" | ")
        outbox.send(name, packed(records, end), outbox.day_for(name, end, "quarterly"))
        if name in again:
            # Packed on another day, so that not a byte of it need be the same.
            day = again[name]["sent_on"]
            outbox.send(again[name]["later_file"], packed(records, day), day)


def packed(records: dict[str, list[list[Any]]], on: date) -> bytes:
    """The zip: one member for each record, each stored, since compressors differ from one machine to the next."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as target:
        for record, rows in records.items():
            entry = zipfile.ZipInfo(f"export/{record}.csv", date_time=(on.year, on.month, on.day, 17, 30, 0))
            entry.create_system = 0
            text = csv_text([[written(cell) for cell in row] for row in rows], delimiter=";")
            # With the mark of its byte order, and that order the same everywhere.
            target.writestr(entry, ("\ufeff" + text).encode("utf-16-le"))
    return content.getvalue()


def written(cell: Any) -> Any:
    """A day as 3.7.2026, an amount as 1250,50."""
    if isinstance(cell, date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    return f"{cell:.2f}".replace(".", ",") if isinstance(cell, float) else cell
