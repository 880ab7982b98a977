"""Make the workbook that a small provider fills in: four sheets, about forty cells a quarter, no rows about persons.

How it is laid out, for whoever fills or reads it by machine:

- Row 1 says what the sheet is for. Row 2 is hidden and names each column `record.column`. Row 3 holds the labels, row 4
  a note, and lines start in row 5. Column A holds the line's printed, locked id.
- "About us" is a form. Hidden column A names the line: `provider_code`, `quarter`, `submitted_on` and `nil_return`
  (answer in C), then one return_item a line (C answer, D n, E of m, F date, G amount, H declared by). Below the line
  `services` each line is a service: A service_id, B service_name, C service_kind.
- Drop-downs show labels. The hidden sheet "lists" says which code each label stands for: A list, B code, C label.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.codes import code_list, entries
from expectations.contract import Column, load_contracts

FIRST_LINE = 5
MACHINE_ROW = 2
LISTS = "lists"
ABOUT = "About us"
WORK = "Our work"
MEETINGS = "Meetings"
SAID = "You said, we did"

_GENERATED = "Generated from expectations/contracts by `assure generate`; do not edit"
_MOMENT = "2026-04-01T00:00:00Z"  # The same bytes whenever it is made.
_ZIP_MOMENT = (2026, 4, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Entry:
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


@dataclass(frozen=True)
class _Sheet:
    title: str
    purpose: str
    line_id: _Entry
    id_form: str
    lines: int
    columns: tuple[_Entry, ...]


_LINE = "Printed; leave as it is"
_WORK_IDS = f"='{WORK}'!$A${FIRST_LINE}:$A${FIRST_LINE + 29}"

_SHEETS = (
    _Sheet(
        WORK,
        "one line for each group or piece of work in which people with lived experience take part.",
        _Entry("involvement_group.group_id", "Line", _LINE),
        "{provider}-w{line:02d}",
        30,
        (
            _Entry("involvement_group.group_name", "What is it called?", "A short name, never a person's"),
            _Entry("involvement_group.purpose", "What is it for?"),
            _Entry("involvement_group.lived_experience_member_count", "How many members have lived experience?"),
            _Entry("involvement_group.agreed_term", "What do members like to be called?", "A word or two"),
            _Entry("involvement_group.tor_reviewed_on", "When were its terms of reference last reviewed?"),
            _Entry("involvement_activity.level_claimed", "How far does involvement go?"),
            _Entry("involvement_activity.started_on", "When did the work start?"),
            _Entry("involvement_activity.scope", "What may it change?"),
            _Entry(
                "involvement_activity.decision_group_id",
                "Who decides?",
                "Choose the line of the deciding group",
                _WORK_IDS,
            ),
            _Entry("involvement_activity.decision_rights", "What say do members have?"),
        ),
    ),
    _Sheet(
        MEETINGS,
        "one line for each meeting, planned or held. Numbers only: never a name.",
        _Entry("session.session_id", "Line", _LINE),
        "{provider}-m{line:03d}",
        100,
        (
            _Entry("session.group_id", "Which work?", f"Choose its line on the sheet {WORK}", _WORK_IDS),
            _Entry("session.planned_on", "Planned for"),
            _Entry("session.held_on", "Held on", "A date; blank if it was not held"),
            _Entry("session.lived_experience_count", "How many people with lived experience came?"),
            _Entry("session.first_time_count", "How many of them for the first time?"),
            _Entry("session.is_venue_accessible", "Could everyone get in and take part?"),
            _Entry("session.minutes_issued_on", "When did members get the minutes?"),
            _Entry("session.need_stated_count", "How many needs had people told you?"),
            _Entry("session.need_met_count", "How many of those needs were met?"),
        ),
    ),
    _Sheet(
        SAID,
        "one line for each thing people said. Start it when it is said and fill in the rest as it happens.",
        _Entry("input.input_id", "Line", _LINE),
        "{provider}-{line:04d}",
        200,
        (
            _Entry("input.received_on", "When was it said?"),
            _Entry("input.said", "What was said?"),
            _Entry("input.source_kind", "Where was it said?"),
            _Entry("input.given_by_kind", "Who said it?"),
            _Entry("input.reply_wanted", "Do they want to hear back?"),
            _Entry("decision.decided_on", "When was it decided?"),
            _Entry("decision.decided_by_role", "Who decided?"),
            _Entry("decision.outcome", "What was decided?"),
            _Entry("decision.reason_code", "What kind of reason?"),
            _Entry("decision.reason", "Why?"),
            _Entry("decision.input_ids", "Which other lines does this answer?", "Their ids, with ; between them"),
            _Entry("change.changed", "What is different now, or will be?"),
            _Entry("change.owner_role", "Who sees to it?"),
            _Entry("change.due_on", "By when?"),
            _Entry("change.implemented_on", "When could people notice it?"),
            _Entry("change.verified_on", "When was that checked?"),
            _Entry("change.verified_by_kind", "Who checked?"),
            _Entry("told_back.told_what", "What were people told?"),
            _Entry("told_back.told_on", "When were they told?"),
            _Entry("told_back.told_who", "Who was told?"),
            _Entry("told_back.told_count", "How many people were told?"),
        ),
    ),
)

_ABOUT_PURPOSE = "fill in the white cells once a quarter. Where you do not know, leave a cell blank."
_SUBMISSION = (
    ("provider_code", "Your organisation's code", "text"),
    ("quarter", "The quarter, such as 2026-27-Q1 for April to June 2026", "quarter"),
    ("submitted_on", "The day you send this", "date"),
    ("nil_return", "Was there nothing at all to report this quarter?", "yes_no"),
)
_ABOUT_COLUMNS = (
    _Entry("provider_return.item_code", "Item"),
    _Entry("", "About your organisation"),
    _Entry("provider_return.answer_code", "Answer"),
    _Entry("provider_return.numerator", "n", "How many"),
    _Entry("provider_return.denominator", "of m", "Out of how many"),
    _Entry("provider_return.on_date", "Date"),
    _Entry("provider_return.amount_gbp", "Amount", "In pounds"),
    _Entry("provider_return.declared_by_role", "Declared by"),
)
_SERVICE_LINES = 10
# Which cells of an item's line are open, by the kind of answer that the list return_item says it takes.
_OPEN = {"n_of_m": "DE", "count": "D", "date": "F", "amount": "G"}


def write_template(path: Path, provider_code: str) -> None:
    """Write the empty workbook for one provider. The same code gives the same bytes."""
    Path(path).write_bytes(template_bytes(provider_code))


def template_bytes(provider_code: str) -> bytes:
    """Return the empty workbook for one provider."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "coproduction-assurance"
    book.properties.title = "Co-production register"
    book.properties.description = _GENERATED
    lists = _Lists(book)
    _Form(book.active, lists).fill(provider_code)
    for sheet in _SHEETS:
        _Table(book.create_sheet(sheet.title), lists).fill(sheet, provider_code)
    lists.write()
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written.getvalue())


class _Lists:
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


class _Drawn:
    """A protected sheet in which only the cells to fill in are open."""

    def __init__(self, sheet: Any, lists: _Lists) -> None:
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

    def column_heads(self, columns: tuple[_Entry, ...]) -> None:
        for number, entry in enumerate(columns, start=1):
            column = entry.contract_column
            for row, value, font in (
                (MACHINE_ROW, entry.target, None),
                (3, entry.label, self.label_font),
                (4, entry.note or (_note(column) if column else ""), self.note_font),
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
            cell.number_format = {"date": "dd/mm/yyyy", "integer": "0", "number": "#,##0.00"}.get(kind, "@")
        if choices or kind in ("date", "integer", "number", "quarter"):
            validation = _validation(kind, choices)
            validation.add(stretch)
            self.sheet.add_data_validation(validation)


class _Table(_Drawn):
    def fill(self, sheet: _Sheet, provider_code: str) -> None:
        columns = (sheet.line_id, *sheet.columns)
        self.heading("A1", sheet.title, sheet.purpose)
        self.column_heads(columns)
        self.sheet.freeze_panes = f"B{FIRST_LINE}"
        last = FIRST_LINE + sheet.lines - 1
        for line in range(1, sheet.lines + 1):
            line_id = sheet.id_form.format(provider=provider_code.lower(), line=line)
            self.printed(f"A{FIRST_LINE + line - 1}", line_id)
        for number, entry in enumerate(sheet.columns, start=2):
            column, letter = entry.contract_column, _letter(number)
            choices = entry.choices or (self.lists.place(column.code_list) if column.code_list else "")
            self.open(f"{letter}{FIRST_LINE}", f"{letter}{last}", column.kind, choices)


class _Form(_Drawn):
    def fill(self, provider_code: str) -> None:
        self.heading("B1", ABOUT, _ABOUT_PURPOSE)
        self.column_heads(_ABOUT_COLUMNS)
        self.sheet.column_dimensions["A"].hidden = True
        self.sheet.column_dimensions["B"].width = 64
        self.sheet.column_dimensions["C"].width = 34
        self.sheet.freeze_panes = f"C{FIRST_LINE}"
        row = FIRST_LINE
        for name, label, kind in _SUBMISSION:
            self._line(row, name, label)
            self.open(f"C{row}", f"C{row}", kind, self.lists.place("yes_no_not_known") if kind == "yes_no" else "")
            row += 1
        self.sheet[f"C{FIRST_LINE}"] = provider_code.upper()
        for item in entries("return_item"):
            if item.is_minimal and item.code != "nil_return":
                self._item(row, item.code, item.label, item.group)
                row += 1
        self._services(row + 1, provider_code)

    def _line(self, row: int, name: str, label: str) -> None:
        self.sheet[f"A{row}"] = name
        self.printed(f"B{row}", label)

    def _item(self, row: int, code: str, label: str, answer: str) -> None:
        self._line(row, code, label)
        for letter in _OPEN.get(answer, ""):
            kind = _ABOUT_COLUMNS["ABCDEFGH".index(letter)].contract_column.kind
            self.open(f"{letter}{row}", f"{letter}{row}", kind)
        if answer not in _OPEN:
            self.open(f"C{row}", f"C{row}", "text", self.lists.place("return_answer", answer))
        self.open(f"H{row}", f"H{row}", "text")

    def _services(self, row: int, provider_code: str) -> None:
        self.sheet[f"A{row}"] = "services"
        for letter, label in (("B", "Your services: name"), ("C", "Kind of service")):
            self.sheet[f"{letter}{row}"] = label
            self.sheet[f"{letter}{row}"].font = self.label_font
        for line in range(1, _SERVICE_LINES + 1):
            self.sheet[f"A{row + line}"] = f"{provider_code.lower()}-s{line:02d}"
        first, last = row + 1, row + _SERVICE_LINES
        self.open(f"B{first}", f"B{last}", "text")
        self.open(f"C{first}", f"C{last}", "text", self.lists.place("service_kind"))


def _note(column: Column) -> str:
    if column.code_list:
        return "Choose from the list"
    if column.classification == "public_words":
        return "Plain words that can be printed. Name no one"
    if column.name.endswith("_role"):
        return "A role, never a person's name"
    return {"date": "A date, such as 21/04/2026", "integer": "A whole number", "number": "A number"}.get(
        column.kind, ""
    )


def _validation(kind: str, choices: str) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    if choices:
        return _told(DataValidation(type="list", formula1=choices[1:]), "Choose one from the list.")
    if kind == "date":
        rule = DataValidation(type="date", operator="greaterThanOrEqual", formula1="DATE(1990,1,1)")
        return _told(rule, "Give a date, such as 21/04/2026.")
    if kind == "quarter":
        rule = DataValidation(type="textLength", operator="equal", formula1="10")
        return _told(rule, "Give the financial quarter, such as 2026-27-Q1 for April to June 2026.")
    number = "whole" if kind == "integer" else "decimal"
    return _told(
        DataValidation(type=number, operator="greaterThanOrEqual", formula1="0"), "Give a number, nought or more."
    )


def _told(validation: Any, message: str) -> Any:
    validation.allow_blank = True
    validation.showErrorMessage = True
    validation.errorTitle = "Please check"
    validation.error = message
    return validation


def _letter(number: int) -> str:
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
