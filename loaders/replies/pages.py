"""Put what a sender is told into a page and a workbook that can be passed on: no content of a file is in them."""

import datetime as dt
import io
import logging
from pathlib import Path

from expectations.verdict import column_called
from loaders.replies.gathering import Fault, Reply, news
from loaders.senders.provider import Provider
from warehouse.paths import state
from warehouse.periods import LONDON

log = logging.getLogger(__name__)

OUTCOMES = {
    "accepted": "Taken in. Thank you.",
    "held": "Waits: one of us looks at it before it counts.",
    "refused": "Could not be used; nothing of it was taken in.",
    "withdrawn": "Taken out again; it no longer counts.",
}
COSTS = {
    "refuse": "The file could not be used.",
    "hold": "The file waits for one of us.",
    "set_aside": "These rows do not count; the others do.",
    "warn": "Everything counts; please look at it.",
}
LISTED = 20
"""Row numbers that the page lists; the workbook has them all."""


def summary(reply: Reply) -> str:
    """Return in one sentence what became of the files: "4 files: 3 were taken in, 1 could not be used."."""
    parts = [
        f"{count} {one if count == 1 else several}"
        for count, one, several in (
            (reply.ended("accepted"), "was taken in", "were taken in"),
            (reply.ended("held"), "waits for one of us", "wait for one of us"),
            (reply.ended("refused"), "could not be used", "could not be used"),
            (reply.ended("withdrawn"), "was taken out again", "were taken out again"),
        )
        if count
    ]
    count = len(reply.files)
    since = f" since {_day(reply.since)}" if reply.since else ""
    return f"{count} file{'' if count == 1 else 's'}{since}: {', '.join(parts)}."


def subject(reply: Reply) -> str:
    """Return the subject of the message; it holds no name of a file."""
    return f"What became of your files: {summary(reply).rstrip('.')}"


def page(reply: Reply) -> str:
    """Return the reply as one HTML page that needs nothing else."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("reply.html.jinja").render(
        reply=reply, summary=summary(reply), outcomes=OUTCOMES, costs=COSTS, day=_day, place=_place, sentence=_sentence
    )


def workbook(reply: Reply) -> bytes:
    """Return the reply as a workbook: the files, what was found in them, and every row that it concerns."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "coproduction-assurance"
    book.properties.title = "What became of your files"
    _sheet(
        book.active,
        "Files",
        ("File", "What became of it", "Sent", "Rows read", "Rows taken in", "Rows set aside", "Rows of no record"),
        [
            (
                one.file_name, OUTCOMES[one.outcome], one.submitted_on, one.rows_read, one.rows_kept,
                one.rows_set_aside, one.rows_filtered,
            )
            for one in reply.files
        ],
    )  # fmt: skip
    faults = [(one, fault) for one in reply.files for fault in one.faults]
    _sheet(
        book.create_sheet(),
        "What we found",
        ("File", "Rule", "What", "Sheet", "Column", "Rows", "What it means", "What to do"),
        [
            (
                one.file_name, fault.rule, _sentence(fault.message), fault.sheet, fault.column, fault.row_count or None,
                COSTS[fault.level], _sentence(fault.remedy),
            )
            for one, fault in faults
        ],
    )  # fmt: skip
    _sheet(
        book.create_sheet(),
        "Rows",
        ("File", "Sheet", "Row", "Column", "Rule", "What to do"),
        [
            (one.file_name, fault.sheet, row, fault.column, fault.rule, _sentence(fault.remedy))
            for one, fault in faults
            for row in fault.rows
        ],
    )
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def leave(reply: Reply, code: str, folder: Path | None = None) -> tuple[Path, Path]:
    """Write page and workbook into a folder, by default `replies/` of the state folder, and return their paths."""
    if folder is None:
        folder = state() / "replies"
        folder.mkdir(exist_ok=True, mode=0o700)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {folder / f"{code}.html": page(reply).encode(), folder / f"{code}.xlsx": workbook(reply)}
    for path, content in contents.items():
        draft = path.with_name(f"{path.name}.draft")
        draft.write_bytes(content)
        draft.replace(path)
    first, second = contents
    return first, second


def leave_news(provider: Provider, as_of: dt.datetime) -> str:
    """Leave what a sender without a contact is to be told in the state folder, and say so; nothing is recorded."""
    reply = news(provider, as_of)
    if not reply.files:
        return "nothing new"
    path, _ = leave(reply, provider.code)
    log.warning("%s has something to be told: %s", provider.code, path)
    return f"to be told by hand: {path}"


def _sheet(sheet, title: str, heads: tuple[str, ...], rows: list[tuple]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = title
    sheet.append(heads)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                # A file or heading called =… is a name, and no formula.
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for place, head in enumerate(heads, start=1):
        widest = max([len(head), *(len(str(row[place - 1] or "")) for row in rows)])
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = min(60, widest + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _place(fault: Fault) -> str:
    parts = [
        f"sheet ‘{fault.sheet}’" if fault.sheet else "",
        column_called(fault.column, "‘’") if fault.column else "",
        _rows(fault),
    ]
    return ", ".join(filter(None, parts)) or "the whole file"


def _rows(fault: Fault) -> str:
    if not fault.rows:
        return f"{fault.row_count} rows" if fault.row_count > 1 else ""
    shown, listed = fault.rows[:LISTED], []
    for row in shown:
        if listed and listed[-1][1] == row - 1:
            listed[-1][1] = row
        else:
            listed.append([row, row])
    told = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in listed)
    rest = fault.row_count - len(shown)
    return f"row{'s' if fault.row_count > 1 else ''} {told}" + (f" and {rest} more" if rest > 0 else "")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _day(moment: dt.date) -> str:
    day = moment.astimezone(LONDON) if isinstance(moment, dt.datetime) else moment
    return f"{day.day} {day:%B %Y}"
