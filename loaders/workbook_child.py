"""Read one workbook inside a process that may die: sheets and rows go to standard output as JSON lines.

Run as `python -I workbook_child.py FILE SHEET…` (`*` is every sheet), never imported. A hostile workbook can abort the
reader or ask for gigabytes; here it meets limits on memory and time, and takes nobody with it.
"""

import datetime as dt
import json
import resource
import sys

MEMORY = 1 << 31
SECONDS = 120


def main(path: str, wanted: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    write = sys.stdout.write
    write(json.dumps({"sheets": book.sheet_names}) + "\n")
    for name in book.sheet_names if wanted == ["*"] else wanted or book.sheet_names[:1]:
        if name not in book.sheet_names:
            continue
        sheet = book.get_sheet_by_name(name)
        first = sheet.start[0] if sheet.start else 0
        indent = [""] * (sheet.start[1] if sheet.start else 0)
        write(json.dumps({"sheet": name}) + "\n")
        for number, row in enumerate(sheet.iter_rows(), start=first + 1):
            write(json.dumps({"row": number, "cells": indent + [plain(cell) for cell in row]}) + "\n")


def plain(cell):
    """Return a cell as JSON can hold it; days and moments as {"day": …} and {"moment": …}."""
    if isinstance(cell, dt.datetime):
        return {"day": cell.date().isoformat()} if cell.time() == dt.time() else {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"day": cell.isoformat()}
    if isinstance(cell, dt.time | dt.timedelta):
        return str(cell)
    return cell


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
