"""Make the workbook that a small provider fills in: four sheets, about forty cells a quarter, no rows about persons.

How it is laid out, for whoever fills or reads it by machine:

- Row 1 says what the sheet is for. Row 2 is hidden and names each column `record.column`. Row 3 holds the labels, row 4
  a note, and lines start in row 5. Column A holds the line's printed, locked id.
- "About us" is a form. Hidden column A names the line: `provider_code`, `quarter`, `submitted_on` and `nil_return`
  (answer in C), then one return_item a line (C answer, D n, E of m, F date, G amount, H declared by). Below the line
  `services` each line is a service: A service_id, B service_name, C service_kind.
- Drop-downs show labels. The hidden sheet "lists" says which code each label stands for: A list, B code, C label.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from expectations import full_register
from expectations.codes import entries
from expectations.pages import FIRST_LINE, Drawn, Entry, Lists, bytes_of, letter_of, new_book

ABOUT = "About us"
WORK = "Our work"
MEETINGS = "Meetings"
SAID = "You said, we did"


@dataclass(frozen=True)
class _Sheet:
    title: str
    purpose: str
    line_id: Entry
    id_form: str
    lines: int
    columns: tuple[Entry, ...]


_LINE = "Printed; leave as it is"
_WORK_IDS = f"='{WORK}'!$A${FIRST_LINE}:$A${FIRST_LINE + 29}"

_SHEETS = (
    _Sheet(
        WORK,
        "one line for each group or piece of work in which people with lived experience take part.",
        Entry("involvement_group.group_id", "Line", _LINE),
        "{provider}-w{line:02d}",
        30,
        (
            Entry("involvement_group.group_name", "What is it called?", "A short name, never a person's"),
            Entry("involvement_group.purpose", "What is it for?"),
            Entry("involvement_group.lived_experience_member_count", "How many members have lived experience?"),
            Entry("involvement_group.agreed_term", "What do members like to be called?", "A word or two"),
            Entry("involvement_group.tor_reviewed_on", "When were its terms of reference last reviewed?"),
            Entry("involvement_activity.level_claimed", "How far does involvement go?"),
            Entry("involvement_activity.started_on", "When did the work start?"),
            Entry("involvement_activity.scope", "What may it change?"),
            Entry(
                "involvement_activity.decision_group_id",
                "Who decides?",
                "Choose the line of the deciding group",
                _WORK_IDS,
            ),
            Entry("involvement_activity.decision_rights", "What say do members have?"),
        ),
    ),
    _Sheet(
        MEETINGS,
        "one line for each meeting, planned or held. Numbers only: never a name.",
        Entry("session.session_id", "Line", _LINE),
        "{provider}-m{line:03d}",
        100,
        (
            Entry("session.group_id", "Which work?", f"Choose its line on the sheet {WORK}", _WORK_IDS),
            Entry("session.planned_on", "Planned for"),
            Entry("session.held_on", "Held on", "A date; blank if it was not held"),
            Entry("session.lived_experience_count", "How many people with lived experience came?"),
            Entry("session.first_time_count", "How many of them for the first time?"),
            Entry("session.is_venue_accessible", "Could everyone get in and take part?"),
            Entry("session.minutes_issued_on", "When did members get the minutes?"),
            Entry("session.need_stated_count", "How many needs had people told you?"),
            Entry("session.need_met_count", "How many of those needs were met?"),
        ),
    ),
    _Sheet(
        SAID,
        "one line for each thing people said. Start it when it is said and fill in the rest as it happens.",
        Entry("input.input_id", "Line", _LINE),
        "{provider}-{line:04d}",
        200,
        (
            Entry("input.received_on", "When was it said?"),
            Entry("input.said", "What was said?"),
            Entry("input.source_kind", "Where was it said?"),
            Entry("input.given_by_kind", "Who said it?"),
            Entry("input.reply_wanted", "Do they want to hear back?"),
            Entry("decision.decided_on", "When was it decided?"),
            Entry("decision.decided_by_role", "Who decided?"),
            Entry("decision.outcome", "What was decided?"),
            Entry("decision.reason_code", "What kind of reason?"),
            Entry("decision.reason", "Why?"),
            Entry("decision.input_ids", "Which other lines does this answer?", "Their ids, with ; between them"),
            Entry("change.changed", "What is different now, or will be?"),
            Entry("change.owner_role", "Who sees to it?"),
            Entry("change.due_on", "By when?"),
            Entry("change.implemented_on", "When could people notice it?"),
            Entry("change.verified_on", "When was that checked?"),
            Entry("change.verified_by_kind", "Who checked?"),
            Entry("told_back.told_what", "What were people told?"),
            Entry("told_back.told_on", "When were they told?"),
            Entry("told_back.told_who", "Who was told?"),
            Entry("told_back.told_count", "How many people were told?"),
        ),
    ),
)

_ABOUT_PURPOSE = "fill in the white cells once a quarter. Where you do not know, leave a cell blank."
_SUBMISSION = (
    ("provider_code", "Your organisation's code", "text"),
    ("quarter", "The quarter, such as 2026-27-Q1 for April to June 2026", "quarter"),
    ("submitted_on", "The day you send this", "date"),
    ("nil_return", "Of what was there nothing at all this quarter? Blank when there was something", "record"),
)
_ABOUT_COLUMNS = (
    Entry("provider_return.item_code", "Item"),
    Entry("", "About your organisation"),
    Entry("provider_return.answer_code", "Answer"),
    Entry("provider_return.numerator", "n", "How many"),
    Entry("provider_return.denominator", "of m", "Out of how many"),
    Entry("provider_return.on_date", "Date"),
    Entry("provider_return.amount_gbp", "Amount", "In pounds"),
    Entry("provider_return.declared_by_role", "Declared by"),
)
_SERVICE_LINES = 10
# Which cells of an item's line are open, by the kind of answer that the list return_item says it takes.
_OPEN = {"n_of_m": "DE", "count": "D", "date": "F", "amount": "G"}


Tier = Literal["minimal", "full"]


def write_template(path: Path, provider_code: str, tier: Tier = "minimal") -> None:
    """Write the empty workbook of a tier for one provider. The same code gives the same bytes."""
    Path(path).write_bytes(template_bytes(provider_code, tier))


def template_bytes(provider_code: str, tier: Tier = "minimal") -> bytes:
    """Return the empty workbook of a tier for one provider: four sheets, or one for every record of the register."""
    if tier == "full":
        return full_register.workbook_bytes(provider_code)
    book = new_book("Co-production register")
    lists = Lists(book)
    _Form(book.active, lists).fill(provider_code)
    for sheet in _SHEETS:
        _Table(book.create_sheet(sheet.title), lists).fill(sheet, provider_code)
    lists.write()
    return bytes_of(book)


class _Table(Drawn):
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
            column, letter = entry.contract_column, letter_of(number)
            choices = entry.choices or (self.lists.place(column.code_list) if column.code_list else "")
            self.open(f"{letter}{FIRST_LINE}", f"{letter}{last}", column.kind, choices)


class _Form(Drawn):
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
            self.open(f"C{row}", f"C{row}", kind, self.lists.place("return_answer", kind) if kind == "record" else "")
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
