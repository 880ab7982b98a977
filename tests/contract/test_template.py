"""The workbook for small providers: what it asks, which cells are open, and where its machine names lead."""

import io

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from expectations import codes, pages, template
from expectations.contract import load_contracts

CONTRACTS = load_contracts()


@pytest.fixture(scope="module")
def book():
    return load_workbook(io.BytesIO(template.template_bytes("RX9")))


def machine_names(sheet):
    return {cell.value: cell.column for cell in sheet[pages.MACHINE_ROW] if cell.value}


def open_cells(sheet):
    return [cell for row in sheet.iter_rows(min_row=pages.FIRST_LINE) for cell in row if not cell.protection.locked]


def test_it_has_four_sheets_and_a_hidden_one(book):
    assert book.sheetnames == ["About us", "Our work", "Meetings", "You said, we did", "lists"]
    assert book["lists"].sheet_state == "hidden"
    assert all(sheet.protection.sheet for sheet in book)


@pytest.mark.parametrize(
    ("sheet", "columns", "lines", "first", "last"),
    [
        ("Our work", 10, 30, "rx9-w01", "rx9-w30"),
        ("Meetings", 9, 100, "rx9-m001", "rx9-m100"),
        ("You said, we did", 21, 200, "rx9-0001", "rx9-0200"),
    ],
)
def test_a_line_carries_a_locked_printed_id(book, sheet, columns, lines, first, last):
    page = book[sheet]
    ids = [page.cell(pages.FIRST_LINE + line, 1) for line in range(lines)]
    assert (ids[0].value, ids[-1].value) == (first, last)
    assert all(cell.protection.locked for cell in ids)
    assert len(machine_names(page)) == columns + 1
    assert len(open_cells(page)) == columns * lines


@pytest.mark.parametrize("sheet", ["About us", "Our work", "Meetings", "You said, we did"])
def test_hidden_names_lead_to_minimal_columns_of_the_contracts(book, sheet):
    page = book[sheet]
    assert page.row_dimensions[pages.MACHINE_ROW].hidden
    for name in machine_names(page):
        record, _, column = name.partition(".")
        # Money is asked only of those who keep a full register; its column stands there for them.
        assert CONTRACTS[record].column(column).tier == "minimal" or column == "amount_gbp"


def test_every_minimal_column_of_the_chain_is_asked_or_follows_from_the_line(book):
    asked = set(machine_names(book["You said, we did"]))
    from_the_line = {
        "decision.decision_id",
        "change.change_id",
        "change.decision_ids",
        "told_back.told_back_id",
        "told_back.input_ids",
    }
    for record in ("input", "decision", "change", "told_back"):
        wanted = {f"{record}.{column.name}" for column in CONTRACTS[record].columns if column.tier == "minimal"}
        assert wanted - from_the_line <= asked


def test_about_us_asks_every_minimal_item_once(book):
    page = book["About us"]
    names = [cell.value for cell in page["A"] if cell.value][1:]
    assert names[names.index("provider_code"):names.index("services")] == [
        "provider_code", "quarter", "submitted_on", "nil_return",
        *(item.code for item in codes.entries("return_item") if item.is_minimal and item.code != "nil_return"),
        ]  # fmt: skip
    assert page.column_dimensions["A"].hidden
    assert page.cell(pages.FIRST_LINE, 3).value == "RX9"


def test_a_drop_down_offers_the_labels_of_its_list(book):
    lists = {}
    for name, code, label in book["lists"].iter_rows(min_row=2, values_only=True):
        lists.setdefault(name, {})[code] = label
    for name, listed in lists.items():
        assert listed.items() <= codes.code_list(name).items()
    for sheet in ("Our work", "Meetings", "You said, we did"):
        page = book[sheet]
        offered = {}
        for validation in page.data_validations.dataValidation:
            if validation.type == "list" and validation.formula1.startswith("lists!"):
                for stretch in validation.sqref.ranges:
                    cells = validation.formula1.partition("!")[2].replace("$", "")
                    column, first, _, last = range_boundaries(cells)
                    offered[stretch.min_col] = [book["lists"].cell(row, column).value for row in range(first, last + 1)]
        for name, column in machine_names(page).items():
            wanted = CONTRACTS[name.partition(".")[0]].column(name.partition(".")[2]).code_list
            if wanted:
                assert offered[column] == list(codes.code_list(wanted).values())


def test_the_same_code_gives_the_same_bytes(tmp_path):
    template.write_template(tmp_path / "one.xlsx", "rx9")
    assert (tmp_path / "one.xlsx").read_bytes() == template.template_bytes("rx9")
    assert template.template_bytes("rx8") != template.template_bytes("rx9")
