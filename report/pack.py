"""Write the evidence pack: a workbook with every published table of an edition, the SQL behind each, and definitions.

A cell that holds text is text, whatever it begins with: it is stored as a string and marked to stay one when somebody
edits it, so a spreadsheet never runs what a person wrote as a formula. Nothing is added to the text or taken from it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from report import guide, office, page_one, relations, words
from report.relations import Relation
from report.rows import Edition, Figure
from report.words import NOT_A_NUMBER

TITLE = "Co-production assurance report: evidence pack"
COVER, QUERIES, DEFINITIONS = "Cover", "SQL", "Definitions"
# What a spreadsheet may take for more than text when it is edited.
MORE_THAN_TEXT = (*office.FORMULA_SIGNS, "#")
# Office writes what XML cannot carry as its code between _x and _, and so the same pattern in a text as well.
LIKE_A_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# A cell of a spreadsheet holds no more characters.
MOST_IN_A_CELL = 32_767
TOO_LONG = "This text is longer than a cell can hold. It stands whole in edition.json."
NARROWEST, WIDEST, LOOKED_AT = 9, 46, 200
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
HOW_TO_READ = (
    "Each sheet after this one is one published table of this edition. Its first row names and filters the columns.",
    f"The sheet {QUERIES} has the query that gives each sheet. A role that may read the schema published can run it.",
    f"The sheet {DEFINITIONS} says what each column means, the sheet Measures how each measure is counted.",
    "Every number of the report, in any of its faces, is one row of the sheet Figures.",
    "A figure_id stays the same from edition to edition.",
    "A column organisation_code with ALL is the region: counted over those organisations that sent evidence.",
    "Dates are year, month, day. Moments are in UTC. Shares are stored as parts of one and shown in hundredths.",
    "Text that begins with a sign such as the equals sign is kept as text and unchanged; it is never a formula.",
)
HOW_PEOPLE_ARE_PROTECTED = (
    "Counts of people are rounded, and small ones are left out.",
    "Shares, rates and charts are worked out from the rounded counts.",
    "A number that is not printed is told in words in its place; the column value_state beside it says why:",
    *(f"{state}: {said}." for state, said in NOT_A_NUMBER.items()),
    "A nought is a real nought: somebody counted, and there were none.",
    "Counts of things, such as decisions and changes, are printed exactly.",
    "Nobody’s own words stand here.",
    "What is quoted from registers was written to be printed, and a second person has checked it.",
    guide.AS_ENTERED,
    "Nothing here adds up, ranks or scores organisations: they are asked different things, and some sent more.",
)

Cell = Any
"""A value for a cell, or a cell with a style of its own."""


def render(edition: Edition) -> bytes:
    """The workbook of one edition."""
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    tables = relations.of(edition)
    _cover(book, edition, tables)
    for table in tables:
        _sheet(book, table, _hidden(edition, table))
    # The cover tells the edition's own row.
    named = [(COVER, relations.facts(edition)), *((sheet_name(table), table) for table in tables)]
    _list(book, QUERIES, ("Sheet", "What it holds", "Query"), (18, 60, 90), _queries(named))
    _list(book, DEFINITIONS, ("Sheet", "Column", "Type", "What it means"), (18, 28, 24, 90), _definitions(named))
    written = io.BytesIO()
    book.save(written)
    return office.settled(written.getvalue(), edition, TITLE)


def sheet_name(table: Relation) -> str:
    return words.opened(table.title)


def carried(text: str) -> str:
    """The text as an Office file carries it: nothing is lost, and a spreadsheet shows it as it was."""
    kept = office.carried(LIKE_A_CODE.sub(_as_code("_"), text), _as_code)
    return kept if len(kept) <= MOST_IN_A_CELL else TOO_LONG


def _as_code(letter: str) -> str:
    return f"_x{ord(letter):04X}_"


def _styles() -> Iterator[NamedStyle]:
    wrapped = Alignment(wrap_text=True, vertical="top")
    yield NamedStyle("title", font=Font(bold=True, size=18, color="003087"), alignment=Alignment(vertical="top"))
    yield NamedStyle("heading", font=Font(bold=True, size=13, color="003087"), alignment=Alignment(vertical="top"))
    yield NamedStyle("head", font=Font(bold=True, color="FFFFFF"), fill=PatternFill("solid", start_color="003087"))
    yield NamedStyle("prose", alignment=wrapped)
    yield NamedStyle("strong", font=Font(bold=True), alignment=wrapped)
    yield NamedStyle("query", font=Font(name="Consolas", size=10), alignment=wrapped)
    yield NamedStyle("day", number_format=DAY, alignment=Alignment(horizontal="left", vertical="top"))
    yield NamedStyle("moment", number_format=MOMENT, alignment=Alignment(horizontal="left", vertical="top"))
    # Grey, as in every face: a number that is not there is no bad result.
    yield NamedStyle("unsaid", font=Font(italic=True, color="425563"))


# The sheets


def _cover(book: Workbook, edition: Edition, tables: Sequence[Relation]) -> None:
    sheet = _opened(book, COVER, (30, 110))
    facts = edition.facts

    def line(name: Cell, said: Cell = None, style: str = "prose", named: str = "strong") -> None:
        sheet.append([_cell(sheet, name, named), _cell(sheet, said, style)])

    line(TITLE, named="title")
    for heading, said in page_one.banner(edition):
        line(heading, str(said))
    line("Region", facts["icb_name"] or facts["icb_code"])
    line("Quarter", f"{words.quarter(edition.quarter_id)} ({edition.quarter_id})")
    line("Edition", facts["edition_id"])
    line("Figures as known at (UTC)", office.cut_at(edition).replace(tzinfo=None), "moment")
    if facts.get("published_on"):
        line("Published on", facts["published_on"], "day")
    line("Loads accepted through", facts.get("accepted_through"))
    line("Made by version", facts.get("code_version") or "not recorded")
    for heading, told in (("How to read it", HOW_TO_READ), ("How people are protected", HOW_PEOPLE_ARE_PROTECTED)):
        line(None)
        line(heading, named="heading")
        for said in told:
            line(None, said)
    line(None)
    line("Sheets", named="heading")
    for table in tables:
        line(sheet_name(table), " ".join(filter(None, (table.said, None if table.rows else "This edition has none."))))
    line(QUERIES, "The query that gives each sheet.")
    line(DEFINITIONS, "What each column means.")


def _sheet(book: Workbook, table: Relation, hidden: Callable[[dict[str, Any], str], str | None]) -> None:
    names = [column.name for column in table.columns]
    sheet = _opened(book, sheet_name(table), list(_widths(table)))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(names)))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.append([_cell(sheet, name, "head") for name in names])
    value_at = table.place("value")
    for row in table.rows:
        there = dict(zip(names, row, strict=True))
        cells = [
            _unsaid(sheet, hidden(there, name)) if value is None else _published(sheet, value)
            for name, value in there.items()
        ]
        if value_at is not None and row[value_at] is not None:
            cells[value_at] = _number(sheet, there)
        sheet.append(cells)


def _list(
    book: Workbook, name: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]
) -> None:
    sheet = _opened(book, name, widths)
    rows = list(rows)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"
    sheet.append([_cell(sheet, head, "head") for head in heads])
    for row in rows:
        last = "query" if name == QUERIES else "prose"
        sheet.append([*(_cell(sheet, one, "prose") for one in row[:-1]), _cell(sheet, row[-1], last)])


def _queries(named: Sequence[tuple[str, Relation]]) -> Iterator[Sequence[str | None]]:
    for name, table in named:
        yield name, table.said, table.query


def _definitions(named: Sequence[tuple[str, Relation]]) -> Iterator[Sequence[str | None]]:
    for name, table in named:
        for column in table.columns:
            yield name, column.name, column.kind, column.description


def _opened(book: Workbook, name: str, widths: Sequence[int]) -> WriteOnlyWorksheet:
    sheet = book.create_sheet(name)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    return sheet


def _widths(table: Relation) -> Iterator[int]:
    for place, column in enumerate(table.columns):
        looked_at = table.rows[:: 1 + len(table.rows) // LOOKED_AT]
        said = [len(str(row[place])) for row in looked_at if row[place] is not None]
        yield min(WIDEST, max(NARROWEST, len(column.name) + 4, *said, 0))


# One cell


def _hidden(edition: Edition, table: Relation) -> Callable[[dict[str, Any], str], str | None]:
    """What stands where a number is not printed: the words of its value_state, or nothing where none was due."""
    if table.name != "pub_data_quality":
        return lambda row, name: (
            NOT_A_NUMBER.get(row.get("value_state"), "not known") if name == "value" and "value_state" in row else None
        )
    # What was hidden of these rows stands beside each as a figure; its column bears the figure's name.
    found: dict[tuple, Figure] = {
        (one.organisation_code, one.subject_id, one.breakdown_code, one.measure_code): one
        for one in edition.figures.values()
        if one.section == "quality" and one.value is None
    }

    def of_quality(row: dict[str, Any], name: str) -> str | None:
        figure = found.get((row["organisation_code"], row["record"], row["rule"], name))
        return figure and NOT_A_NUMBER.get(figure.value_state)

    return of_quality


def _published(sheet: WriteOnlyWorksheet, value: Any) -> Cell:
    """A published value. Most go in as they are, which is several times faster; dates become dates by themselves."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, str):
        return _text(sheet, value) if value.startswith(MORE_THAN_TEXT) else carried(value)
    if isinstance(value, list):
        return _text(sheet, "; ".join(map(str, value)))
    return value


def _number(sheet: WriteOnlyWorksheet, row: dict[str, Any]) -> Cell:
    """A figure shown as the report prints it, and stored as it was published."""
    point = "." + "0" * row["decimals"] if row.get("decimals") else ""
    cell = WriteOnlyCell(sheet, row["value"])
    cell.number_format = {"share of 1": "0%", "gbp": f"£#,##0{point}"}.get(row.get("unit"), f"#,##0{point}")
    return cell


def _unsaid(sheet: WriteOnlyWorksheet, said: str | None) -> Cell:
    return said and _cell(sheet, said, "unsaid")


def _cell(sheet: WriteOnlyWorksheet, value: Any, style: str) -> Cell:
    if value is None:
        return None
    cell = _text(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value)
    cell.style = style
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, carried(text))
    cell.data_type = "s"
    if text.startswith(MORE_THAN_TEXT):
        cell.quotePrefix = True
    return cell
