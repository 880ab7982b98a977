"""Fill in the workbook of a whole register as a person would: two lines on every sheet, a cell of every column."""

import datetime as dt
from decimal import Decimal

from expectations import full_register, pages
from expectations.codes import code_list
from expectations.contract import load_contracts

KEPT = [load_contracts()[record] for record in full_register.ORDER]
OWN_WORDS = "Doors are knocked on"
DAY = dt.date(2026, 5, 4)
MOMENT = dt.datetime(2026, 5, 4, 14, 30, tzinfo=dt.UTC)


def machine_names(sheet) -> dict[str, int]:
    """Return the column of each machine name of a sheet."""
    return {cell.value: cell.column for cell in sheet[pages.MACHINE_ROW] if cell.value}


def typed(column, key: str):
    """Return what a person types into a cell of a column, and what must come out of it."""
    if column.classification == "pseudonym":
        return "member 7", None
    if column.code_list:
        code, label = next((code, label) for code, label in code_list(column.code_list).items() if code != "not_known")
        return (f"{label}; {code}", [code]) if column.kind == "codes" else (label, code)
    return {
        "date": (DAY, DAY),
        # Excel keeps the clock on the wall, which in May is an hour before UTC's.
        "timestamp": (MOMENT.replace(hour=15, tzinfo=None), MOMENT),
        "integer": (3, 3),
        "number": (12.5, Decimal("12.5")),
        "ids": (f"{key}-1; {key}-2", [f"{key}-1", f"{key}-2"]),
        "text": (OWN_WORDS, OWN_WORDS),
    }[column.kind]


def fill(book) -> dict[str, list[dict]]:
    """Fill in two lines of every sheet and return what each record's rows should be."""
    expected = {}
    for contract in KEPT:
        page = book[contract.title]
        places = machine_names(page)
        rows = []
        for line in (pages.FIRST_LINE, pages.FIRST_LINE + 1):
            row = {}
            for column in contract.columns:
                cell = page.cell(line, places[f"{contract.record}.{column.name}"])
                if cell.value is not None:
                    row[column.name] = cell.value
                    continue
                cell.value, row[column.name] = typed(column, f"{contract.record}-{line}")
            rows.append(row)
        expected[contract.record] = rows
    return expected
