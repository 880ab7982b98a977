"""Draw the protected sheets of a workbook that senders fill in: headings, notes, drop-downs, and only answers open."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from expectations.codes import code_list, entries
from expectations.contract import Column, load_contracts

FIRST_LINE = 5
MACHINE_ROW = 2
LISTS = "lists"
LAST_LINE = 5000
"""Down to which line a cell is checked while it is typed, on sheets without printed lines."""

_GENERATED = "Generated from expectations/contracts by `assure generate`; do not edit"
_MOMENT = "2026-04-01T00:00:00Z"  # The same bytes whenever it is made.
_ZIP_MOMENT = (2026, 4, 1, 0, 0, 0)
_FORMATS = {"date": "dd/mm/yyyy", "timestamp": "dd/mm/yyyy hh:mm", "integer": "0", "number": "#,##0.00"}


@dataclass(frozen=True)
class Entry:
    """One column of a sheet: where its cells go, what it is called, and a note where the usual one does not do."""

    target: str
    label: str
    note: str = ""
    choices: str = ""

    @property
    def contract_column(self) -> Column | None:
        if not self.target:
            return None
        record, _, name = self.target.partition(".")
        return load_contracts()[record].column(name)


def new_book(title: str) -> Any:
    """Return an empty workbook that says what it is."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "coproduction-assurance"
    book.properties.title = title
    book.properties.description = _GENERATED
    return book


def bytes_of(book: Any) -> bytes:
    """Return a workbook as bytes: the same whenever and wherever it is made."""
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written.getvalue())


def number_format(kind: str) -> str:
    """Return how Excel shows a cell of a contract's kind; text stays text, so that 01 is not 1."""
    return _FORMATS.get(kind, "@")


class Lists:
    """The hidden sheet of codes and labels; each drop-down is a stretch of it."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.rows: list[tuple[str, str, str]] = [("list", "code", "label")]
        self.places: dict[tuple[str, str | None], str] = {}

    def place(self, name: str, group: str | None = None) -> str:
        """Return the formula of the stretch that holds a list, or one group of it."""
        if (name, group) not in self.places:
            wanted = {entry.code for entry in entries(name) if group in (None, entry.group)} | {"not_known"}
            start = len(self.rows) + 1
            self.rows += [(name, code, label) for code, label in code_list(name).items() if code in wanted]
            self.places[name, group] = f"={LISTS}!$C${start}:$C${len(self.rows)}"
        return self.places[name, group]

    def write(self) -> None:
        sheet = self.book.create_sheet(LISTS)
        for row in self.rows:
            sheet.append(row)
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True


class Drawn:
    """A protected sheet in which only the cells to fill in are open."""

    def __init__(self, sheet: Any, lists: Lists) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

        self.sheet = sheet
        self.lists = lists
        self.title_font = Font(bold=True, size=14)
        self.label_font = Font(bold=True)
        self.note_font = Font(italic=True, color="FF505A5F")
        self.locked_fill = PatternFill("solid", fgColor="FFE8EDEE")
        self.open_cell = Protection(locked=False)
        self.edge = Border(bottom=Side(style="thin", color="FFAEB7BD"))
        self.wrap = Alignment(wrap_text=True, vertical="top")
        sheet.protection.sheet = True
        sheet.protection.formatColumns = False
        sheet.protection.formatRows = False
        sheet.row_dimensions[MACHINE_ROW].hidden = True
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def heading(self, at: str, title: str, purpose: str) -> None:
        self.sheet.title = title
        self.sheet[at] = f"{title}: {purpose}"
        self.sheet[at].font = self.title_font

    def column_heads(self, columns: tuple[Entry, ...]) -> None:
        for number, entry in enumerate(columns, start=1):
            column = entry.contract_column
            for row, value, font in (
                (MACHINE_ROW, entry.target, None),
                (3, entry.label, self.label_font),
                (4, entry.note or (note_of(column) if column else ""), self.note_font),
            ):
                cell = self.sheet.cell(row, number, value)
                cell.alignment = self.wrap
                if font:
                    cell.font = font
            letter = cell.column_letter
            self.sheet.column_dimensions[letter].width = (
                44 if column and column.classification == "public_words" else 19
            )
        self.sheet.row_dimensions[3].height = 48
        self.sheet.row_dimensions[4].height = 48

    def printed(self, at: str, value: str) -> None:
        self.sheet[at] = value
        self.sheet[at].fill = self.locked_fill
        self.sheet[at].alignment = self.wrap

    def open(self, first: str, last: str, kind: str, choices: str = "") -> None:
        """Open the cells from first to last for one kind of answer, checked while it is typed."""
        stretch = f"{first}:{last}"
        for (cell,) in self.sheet[stretch]:
            cell.protection = self.open_cell
            cell.border = self.edge
            cell.alignment = self.wrap
            cell.number_format = number_format(kind)
        if choices or kind in ("date", "integer", "number", "quarter"):
            validation = validation_of(kind, choices)
            validation.add(stretch)
            self.sheet.add_data_validation(validation)

    def open_column(self, letter: str, kind: str, checked: Any = None) -> None:
        """Open a whole column below the headings for one kind of answer, for as many lines as are typed."""
        column = self.sheet.column_dimensions[letter]
        column.protection = self.open_cell
        column.alignment = self.wrap
        column.number_format = number_format(kind)
        if checked is not None:
            checked.add(f"{letter}{FIRST_LINE}:{letter}{LAST_LINE}")
            self.sheet.add_data_validation(checked)


def note_of(column: Column) -> str:
    if column.code_list:
        return "Choose from the list"
    if column.classification == "public_words":
        return "Plain words that can be printed. Name no one"
    if column.name.endswith("_role"):
        return "A role, never a person's name"
    return {"date": "A date, such as 21/04/2026", "integer": "A whole number", "number": "A number"}.get(
        column.kind, ""
    )


def validation_of(kind: str, choices: str) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    if choices:
        return told(DataValidation(type="list", formula1=choices[1:]), "Choose one from the list.")
    if kind == "date":
        rule = DataValidation(type="date", operator="greaterThanOrEqual", formula1="DATE(1990,1,1)")
        return told(rule, "Give a date, such as 21/04/2026.")
    if kind == "quarter":
        rule = DataValidation(type="textLength", operator="equal", formula1="10")
        return told(rule, "Give the financial quarter, such as 2026-27-Q1 for April to June 2026.")
    number = "whole" if kind == "integer" else "decimal"
    return told(
        DataValidation(type=number, operator="greaterThanOrEqual", formula1="0"), "Give a number, nought or more."
    )


def told(validation: Any, message: str) -> Any:
    validation.allow_blank = True
    validation.showErrorMessage = True
    validation.errorTitle = "Please check"
    validation.error = message
    return validation


def letter_of(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)


def _without_clock(workbook: bytes) -> bytes:
    """Pack the workbook again with fixed times, and without compression, whose bytes differ between machines."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
        for name, content in _members(source):
            target.writestr(zipfile.ZipInfo(name, _ZIP_MOMENT), content)
    return packed.getvalue()


def _members(source: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in source.namelist():
        content = source.read(name)
        if name == "docProps/core.xml":
            content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", _MOMENT.encode(), content)
        yield name, content
