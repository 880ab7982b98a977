"""Put a sender's files where it sends them from, dated on the day it sent them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from demo.chance import Chance
from demo.days import working_day_after
from demo.truth import Truth


@dataclass(frozen=True)
class Outbox:
    """One provider's folder; a file's time of change is the moment it was sent."""

    folder: Path
    truth: Truth
    provider: str
    sent_by: date

    def send(self, name: str, content: bytes, sent_on: date) -> None:
        """Write one file, unless it had not been sent yet by the day we look."""
        if sent_on > self.sent_by:
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        chance = Chance(self.truth.region["seed"], "minute", self.provider, name)
        moment = datetime.combine(sent_on, time(chance.between(9, 15), chance.between(0, 59)), tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))

    def day_for(self, name: str, period_end: date, rhythm: str) -> date:
        """The day a file is sent: an event's day if one says so, else some working days after its period."""
        for event in self.truth.of(self.provider, kind="sent"):
            if event["file"] == name:
                return event["sent_on"]
        low, high = self.truth.sent[rhythm]
        wait = Chance(self.truth.region["seed"], "sent", self.provider, name).between(low, high)
        return working_day_after(period_end, wait)


def csv_bytes(rows: Sequence[Sequence[object]], delimiter: str = ",") -> bytes:
    """Rows as Wenland's exports write them: Windows-1252, CRLF, quoted where needed."""
    return csv_text(rows, delimiter).encode("cp1252")


def csv_text(rows: Sequence[Sequence[object]], delimiter: str) -> str:
    lines = []
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        lines.append(delimiter.join(quoted(cell, delimiter) for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def quoted(cell: str, delimiter: str) -> str:
    if any(sign in cell for sign in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell
