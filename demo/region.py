"""Write every file that the made-up region's seven senders sent, each dated on the day it was sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from demo import (
    care_board,
    charity,
    network,
    peers,
    people,
    trust_complaints,
    trust_datix,
    trust_fft,
    trust_register,
    youth_trust,
)
from demo.outbox import Outbox
from demo.truth import Truth, load

TRUTH = load()
# The workbook the project gives to small providers; the charity types its register into it.
TEMPLATE = Path(__file__).parents[1] / "docs" / "templates" / "minimal_register.xlsx"


def write(folder: Path, truth: Truth = TRUTH, *, template: Path | None = TEMPLATE, sent_by: date | None = None) -> None:
    """Write each sender's files below `folder/<code>` (`zw1` … `zwl_net`); the same bytes on every run and machine.

    `sent_by` leaves out what had not been sent by the end of that day (default: the truth's as_of). Without a
    `template` the charity's folder is left out. A FileNotFoundError says that the template is not there.
    """
    if template is not None and not template.exists():
        raise FileNotFoundError(f"{template} is not there; make the template first, or pass template=None")
    boxes = {
        code: Outbox(folder / code.lower(), truth, code, sent_by or truth.region["as_of"]) for code in truth.providers
    }
    trust_datix.write(boxes["ZW1"])
    trust_complaints.write(boxes["ZW1"])
    trust_register.write_csvs(boxes["ZW1"])
    trust_fft.write(boxes["ZW2"])
    trust_register.write_workbooks(boxes["ZW2"])
    peers.write(boxes["ZW4"])
    youth_trust.write(boxes["ZW5"])
    trust_register.write_workbooks(boxes["ZWL_ICB"])
    care_board.write(boxes["ZWL_ICB"])
    network.write(boxes["ZWL_NET"])
    for code, provider in truth.providers.items():
        if "book" in provider:
            people.write(boxes[code])
    if template is not None:
        charity.write(boxes["ZW3"], template)
