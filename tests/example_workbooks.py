"""Build the workbooks among the samples in providers/examples: `python -m tests.example_workbooks` writes them anew."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from demo.workbooks import saved
from tests import example_registers
from tests.dialects import EXAMPLES

SAVED_ON = dt.date(2026, 7, 10)

# ---- Friends and Family Test, as submitted and as published ----------------------------------------------------------

RETURN = (
    "Yearnumber", "Periodname", "Parent org code", "Parent name", "Org code", "Org name", "Site Code", "Site Name MAX",
    "Ward name", "Spec 1", "Spec 2", "1 Very Good SUM", "2 Good SUM", "3 Neither Good nor Poor SUM", "4 Poor SUM",
    "5 Very Poor SUM", "6 Dont Know SUM", "Total Responses", "Total Eligible SUM", "Prop_Pos", "Prop_Neg",
    "Response Rate",
)  # fmt: skip
OURS = ("ZX1", "SANDMERE MENTAL HEALTH NHS TRUST")
THEIRS = ("ZX2", "A TRUST BESIDE IT")


def monthly_return() -> Workbook:
    """August of two trusts, of which ours has two numbers hidden, and a line of July that stayed in the extract."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Parent & Self Trusts - Ward Level extract"[:31]
    sheet.append(RETURN)
    for month, (code, name), ward, answers, eligible in (
        ("AUGUST", OURS, "Heron ward", (14, 6, 1, 0, 2, 1), 61),
        ("AUGUST", OURS, "Kestrel ward", (3, "*", "*", 0, 0, 0), None),
        ("AUGUST", THEIRS, "Heron ward", (9, 9, 9, 9, 9, 9), 99),
        ("JULY", OURS, "Heron ward", (8, 8, 8, 8, 8, 8), 88),
    ):
        total = "*" if "*" in answers else sum(answers)
        place = (code, name, code, name, f"{code}01", f"{name.title()}  site", ward, "710 - ADULT MENTAL ILLNESS", None)
        rates = (None, None, None) if total == "*" else ((answers[0] + answers[1]) / total, 2 / total, total / eligible)
        sheet.append(("2025_26", month, *place, *answers, total, eligible, *rates))
    book.create_sheet("Parent & Self Trusts - Site Level extract"[:31]).append(RETURN[:8])
    return book


@cache
def _layout() -> tuple[dict[str, str], ...]:
    with (EXAMPLES / "fft_published" / "layout_cells.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _published(service: str, filled: str, rows: list[tuple], first_row: int) -> Workbook:
    """A workbook with every heading cell where NHS England has it, and rows in one of its sheets."""
    book = Workbook()
    book.remove(book.active)
    for cell in _layout():
        if cell["service"] == service:
            name = cell["sheet"]
            sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
            sheet[f"{cell['col']}{cell['row']}"] = cell["text"]
    for sheet in book:
        _merge(sheet)
    for number, row in enumerate(rows, start=first_row):
        for column, value in enumerate(row, start=1):
            book[filled].cell(number, column, value)
    hidden = book.create_sheet("BS")
    hidden["A1"] = "ICB:"
    hidden.sheet_state = "hidden"
    return book


def _merge(sheet: Worksheet) -> None:
    """Let each heading that stands over several others reach over them, and others over the blank cell below."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in ("Breakdown of Responses", "Mode of Collection"):
                last = cell.column
                while sheet.cell(cell.row + 1, last + 1).value and not sheet.cell(cell.row, last + 1).value:
                    last += 1
                if last > cell.column:
                    sheet.merge_cells(start_row=cell.row, end_row=cell.row, start_column=cell.column, end_column=last)


def inpatient() -> Workbook:
    """Two wards of ours, one hidden because few answered, and one of another trust under the same name."""
    site = ("ZWL", *OURS, "ZX101", "SANDMERE  HOUSE - ZX101")
    rows = [
        (*site, "Heron ward", 24, 61, 0.83, 0.08, 14, 6, 1, 0, 2, 1, "710 - ADULT MENTAL ILLNESS", "-"),
        (*site, "Kestrel ward", 4, "*", "*", "*", "*", "*", "*", "*", "*", "*", "710 - ADULT MENTAL ILLNESS", "-"),
        ("ZWL", *THEIRS, "ZX201", "ST HELENâ€™S - ZX201", "Heron ward", 0, 12, "-", "-", 0, 0, 0, 0, 0, 0, "-", "-"),
    ]
    return _published("inpatient", "Wards", rows, 15)


def emergency() -> Workbook:
    """Ours had nobody to ask: there is no share to calculate, and no answer either."""
    rows = [
        ("ZWL", *OURS, 0, "-", "-", "-", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ("ZWL", *THEIRS, 9, 90, 1, 0, 9, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0),
    ]
    return _published("ae", "Trusts", rows, 7)


def patient_transport() -> Workbook:
    """The one workbook whose trusts have an `Org Code`; how many could have answered is not known."""
    rows = [("ZWL", *OURS, 5, None, 0.8, 0.2, 3, 1, 0, 1, 0, 0)]
    return _published("ambulance", "PTS Org", rows, 13)


WORKBOOKS: dict[str, Callable[[], Workbook]] = {
    "fft_monthly_return/FFT_inpatient_2025-08.xlsx": monthly_return,
    "fft_published/FFT_Inpatient_Aug-2025.xlsx": inpatient,
    "fft_published/FFT_AE_Aug-2025.xlsx": emergency,
    "fft_published/FFT_Ambulance_Aug-2025.xlsx": patient_transport,
    "register_full/fenmarsh_2026-27-Q1.xlsx": example_registers.full,
    "lived_experience_network/Members survey 2026-27-Q1.xlsx": example_registers.members_survey,
    "register_minimal/boathouse_2026-27-Q1.xlsx": example_registers.minimal,
}
"""Sample → what makes it."""


def content(sample: str) -> bytes:
    """Return the bytes of a workbook among the samples: packed as Excel packs them, its inner times fixed."""
    packed = io.BytesIO()
    stored = zipfile.ZipFile(io.BytesIO(saved(WORKBOOKS[sample](), SAVED_ON)))
    with stored, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in stored.infolist():
            target.writestr(member, stored.read(member), compress_type=zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def parts(workbook: bytes) -> dict[str, bytes]:
    """Return what is packed in a workbook; how it is packed differs from one machine to the next."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(folder: Path = EXAMPLES) -> None:
    """Write every workbook among the samples."""
    for sample in WORKBOOKS:
        (folder / sample).write_bytes(content(sample))


if __name__ == "__main__":
    write()
