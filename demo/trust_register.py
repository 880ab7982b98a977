"""Send registers each quarter: Wenland as a folder of CSVs, Fenbrook and Tarn and the care board as one workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from demo.days import quarter_ends, working_day_after
from demo.history import lived
from demo.outbox import Outbox, csv_bytes
from demo.register import senders, tables
from demo.upkeep import written_up
from demo.workbooks import saved

SHEETS = {
    "service": "Services", "involvement_group": "Groups", "involvement_activity": "Activities", "session": "Sessions",
    "input": "Inputs", "decision": "Decisions", "change": "Changes", "told_back": "Told back",
    "material": "Materials", "involvement_role": "Roles", "person_characteristic": "About people",
    "participation": "Who came", "claim": "Claims", "concern": "Concerns", "recruitment": "Recruitment",
    "action": "Actions", "quote": "Quotes", "provider_return": "Return", "survey_answer": "Surveys",
}  # fmt: skip
NOTES = [
    "Register of involvement",
    "One sheet for each kind of entry. Headings are in row 4, entries from row 5.",
    "The register is cumulative: every quarter it is sent whole, and it replaces the one before.",
    "Wants a reply: Y yes, N no thank you, X cannot be reached any more.",
    "No names, please. Roles only.",
]


def write_csvs(outbox: Outbox) -> None:
    """Wenland: `register/<record>_<day>.csv`, eight files a quarter."""
    history = lived(outbox.truth, outbox.provider)
    sender = senders()[outbox.provider]
    for end in quarter_ends(outbox.truth.region["first_month"], outbox.truth.region["last_month"]):
        sent_on = outbox.day_for(f"register_{end:%Y%m%d}", end, "quarterly")
        for record, rows in tables(history, end, sender).items():
            lines = [[f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row] for row in rows]
            outbox.send(f"register/{record}_{end:%Y%m%d}.csv", csv_bytes(lines), sent_on)


def write_workbooks(outbox: Outbox) -> None:
    """Fenbrook and Tarn, and the care board: `register_<day>.xlsx`, one workbook a quarter."""
    history = written_up(lived(outbox.truth, outbox.provider), outbox.truth)
    for session in history.sessions:
        if "minutes_issued_on" in session:
            session["minutes_shared_on"] = working_day_after(session["minutes_issued_on"], 2)
    sender = senders()[outbox.provider]
    for end in quarter_ends(outbox.truth.region["first_month"], outbox.truth.region["last_month"]):
        name = f"register_{end:%Y%m%d}.xlsx"
        sent_on = outbox.day_for(name, end, "quarterly")
        if sent_on <= outbox.sent_by:
            outbox.send(name, workbook(tables(history, end, sender), end, outbox), sent_on)


def workbook(records: dict[str, list[list[Any]]], end: date, outbox: Outbox) -> bytes:
    """One register: a sheet of notes, then a sheet for each record with its headings in row 4."""
    book = Workbook()
    notes = book.active
    notes.title = "Read me"
    for line in NOTES:
        notes.append([line])
    for record, rows in records.items():
        sheet = book.create_sheet(SHEETS[record])
        sheet["A1"] = f"{outbox.truth.providers[outbox.provider]['name']}: {SHEETS[record].lower()}"
        sheet["A1"].font = Font(bold=True)
        sheet["A2"] = f"As at {end.day} {end:%B %Y}"
        for number, row in enumerate(rows, 4):
            for column, cell in enumerate(row, 1):
                if cell is not None:
                    sheet.cell(number, column, cell).number_format = (
                        "DD/MM/YYYY" if isinstance(cell, date) else "General"
                    )
    return saved(book, end)
