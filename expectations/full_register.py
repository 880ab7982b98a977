"""Make the workbook that holds a whole register, a sheet for each record, and the provider file that reads it back.

How it is laid out: row 1 says what the sheet is for, row 2 is hidden and names each column `record.column`, row 3 holds
labels, row 4 what each column means, and lines start in row 5. Where senders have no codes of their own, column A holds
printed, locked ones; a line of which nothing else is filled in is no row. Drop-downs show labels, and both labels and
codes are read. Everything comes from the contracts, so that workbook and provider file cannot disagree.
"""

from collections.abc import Iterator
from typing import Any

from expectations.contract import Column, Contract, load_contracts
from expectations.pages import (
    FIRST_LINE,
    LAST_LINE,
    MACHINE_ROW,
    Drawn,
    Entry,
    Lists,
    bytes_of,
    letter_of,
    new_book,
    told,
)

ORDER = (
    "service", "involvement_group", "involvement_role", "person_characteristic", "involvement_activity", "session",
    "participation", "input", "decision", "change", "told_back", "action", "claim", "concern", "recruitment",
    "material", "quote", "challenge", "provider_return", "activity_count", "feedback_response", "feedback_count",
    "survey_answer", "incident", "restrictive_intervention", "complaint", "complaint_count",
)  # fmt: skip
"""The sheets as they stand, each after those it points to; official statistics are nobody's register."""
PRINTED_LINES = 200
ABOUT = "About this workbook"

_ABOUT = (
    "One sheet for each record of the register. Use those you keep and leave the others as they are.",
    "Rows 1 to 4 are locked. Lines start in row 5; where column A is printed, write beside it and never move a line.",
    "Drop-downs offer every code. Several codes or ids in one cell have ; between them. A blank means: not known here.",
    "Name no one anywhere. Where a person is asked for, give a reference of your own: only a pseudonym of it is kept.",
    "A cell of your own words is kept apart, read by named reviewers alone and never printed.",
    "Save the workbook under your code and the quarter, such as {provider}_2026-27-Q1.xlsx, and send it as agreed.",
)
_HOW = {
    "date": "A date, such as 21/04/2026.",
    "timestamp": "A date and time, such as 21/04/2026 14:30.",
    "integer": "A whole number.",
    "number": "A number.",
    "codes": "Several have ; between them.",
    "ids": "Several have ; between them.",
}


def workbook_bytes(provider_code: str) -> bytes:
    """Return the empty workbook for one provider. The same code gives the same bytes."""
    book = new_book("Co-production register, full")
    _about(book.active, provider_code)
    lists = Lists(book)
    for record in ORDER:
        contract = load_contracts()[record]
        _Page(book.create_sheet(contract.title), lists).fill(contract, provider_code.lower())
    lists.write()
    return bytes_of(book)


def provider_file(code: str) -> Iterator[str]:
    """Yield the lines of a provider file that reads the workbook; what only the two sides can say is left to them."""
    contracts = [load_contracts()[record] for record in ORDER]
    yield from (
        "# Copy it to providers/ under the sender's code, say who that is and what was agreed, and take out the tables",
        "# of sheets the sender does not keep: an empty sheet of a register would say that there is nothing.",
        f"code: {code}",
        "name: The sender's name",
        "kind: nhs_trust",
        "tier: full",
        "icb_code: QXX",
        "icb_name: The integrated care board's name",
        "agreements:",
        "  - reference: The agreement's reference",
        "    valid_from: 2026-04-01",
        "    valid_to: 2027-03-31",
        "    records:",
        *(f"      - {contract.record}" for contract in contracts),
        '    lawful_basis: "the lawful basis that was agreed"',
        "    controller: The sender's name",
        "    dpia_reference: The assessment's reference",
        "    retention_months: 96",
        "    opt_out_applied_by: provider",
        "door:",
        f"  url: file://${{ASSURE_{code.upper()}_FOLDER}}",
        "feeds:",
        "  register:",
        '    files: "*_{quarter}{version}.xlsx"',
        "    every: quarter",
        "    due_working_day: 15",
        '    format: {kind: workbook, dates: ["%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%Y-%m-%d %H:%M"]}',
        "    tables:",
    )
    for contract in contracts:
        yield f"      - record: {contract.record}"
        yield f"        delivers: {contract.delivers_default}"
        yield f"        sheet: {contract.title}"
        yield f"        header_rows: [{MACHINE_ROW}]"
        yield f"        first_row: {FIRST_LINE}"
        yield "        columns:"
        yield from (f"          {column.name}: {_target(contract, column)}" for column in contract.columns)
        if printed := _printed(contract):
            yield "        skip_when_blank:"
            yield from (f"          - {_target(contract, one)}" for one in contract.columns if one is not printed)


class _Page(Drawn):
    def fill(self, contract: Contract, provider_code: str) -> None:
        self.heading("A1", contract.title, contract.description)
        self.column_heads(tuple(_entry(contract, column) for column in contract.columns))
        self.sheet.row_dimensions[FIRST_LINE - 1].height = 112
        self.sheet.freeze_panes = f"B{FIRST_LINE}"
        printed = _printed(contract)
        for number, column in enumerate(contract.columns, start=1):
            # A cell that is not there has its column's style, and would be open.
            self.sheet.cell(1, number)
            if column is printed:
                self._print_ids(contract, provider_code)
            else:
                self.open_column(letter_of(number), column.kind, self._check(column))

    def _print_ids(self, contract: Contract, provider_code: str) -> None:
        for line in range(1, PRINTED_LINES + 1):
            line_id = f"{provider_code}-{contract.rule_prefix.lower()}-{line:04d}"
            self.printed(f"A{FIRST_LINE + line - 1}", line_id)

    def _check(self, column: Column) -> Any:
        """Return what Excel checks while a cell is typed; None where anything may be."""
        from openpyxl.worksheet.datavalidation import DataValidation

        choices = self.lists.place(column.code_list) if column.code_list else _choices(column)
        if choices:
            offered = told(DataValidation(type="list", formula1=choices[1:]), "Choose one from the list.")
            # Excel knows no list of several: it offers one, and takes what is typed.
            offered.showErrorMessage = column.kind not in ("codes", "ids")
            return offered
        if column.kind in ("date", "timestamp"):
            rule = DataValidation(type="date", operator="greaterThanOrEqual", formula1="DATE(1990,1,1)")
            return told(rule, f"Give {_HOW[column.kind][0].lower()}{_HOW[column.kind][1:]}")
        if column.kind == "integer":
            return told(
                DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0"), "Give a whole number."
            )
        if column.kind == "number":
            rule = DataValidation(type="decimal", operator="between", formula1="-1000000000", formula2="1000000000")
            return told(rule, "Give a number.")
        return None


def _about(sheet: Any, provider_code: str) -> None:
    from openpyxl.styles import Font

    sheet.title = ABOUT
    sheet.column_dimensions["A"].width = 120
    sheet["A1"] = f"The co-production register of {provider_code.upper()}"
    sheet["A1"].font = Font(bold=True, size=14)
    for row, words in enumerate(_ABOUT, start=3):
        sheet.cell(row, 1, words.format(provider=provider_code.lower()))
    sheet.protection.sheet = True


def _printed(contract: Contract) -> Column | None:
    """Return the column of ids that the workbook prints: of the register's own records, which no system numbers."""
    if contract.domain != "register" or len(contract.key) != 1:
        return None
    first = contract.columns[0]
    is_own = first.name in contract.key and first.name.endswith("_id") and not (first.references or first.code_list)
    return first if is_own else None


def _entry(contract: Contract, column: Column) -> Entry:
    needed = "Needed. " if column.is_required else ""
    printed = "Printed; leave as it is." if column is _printed(contract) else _HOW.get(column.kind, "")
    label = column.name.removesuffix("_id").removesuffix("_ids").replace("_", " ").capitalize()
    return Entry(_target(contract, column), label, f"{needed}{column.description} {printed}".strip())


def _choices(column: Column) -> str:
    """Return the formula of the ids a column can point to: those of the sheet of that record."""
    if not column.references:
        return ""
    record, key = column.references
    contract = load_contracts()[record]
    letter = letter_of([one.name for one in contract.columns].index(key) + 1)
    last = FIRST_LINE + PRINTED_LINES - 1 if _printed(contract) else LAST_LINE
    return f"='{contract.title}'!${letter}${FIRST_LINE}:${letter}${last}"


def _target(contract: Contract, column: Column) -> str:
    return f"{contract.record}.{column.name}"
