"""The workbook of a whole register comes back as it was filled in, read by the provider file made beside it."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from expectations import full_register, pages, template
from expectations.codes import code_list, names
from expectations.contract import load_contracts
from expectations.generate import contents
from loaders import landing
from loaders.senders.provider import load_provider
from tests.filled_register import KEPT, fill, machine_names

CONTRACTS = load_contracts()


@pytest.fixture(scope="module")
def book_bytes() -> bytes:
    return template.template_bytes("RX9", "full")


@pytest.fixture
def book(book_bytes):
    return load_workbook(io.BytesIO(book_bytes))


@pytest.fixture
def provider(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_PSEUDONYM_KEY", "a-key-of-the-tests-alone")
    path = tmp_path / "full_register.yml"
    path.write_bytes(contents()["docs/templates/full_register.yml"])
    return load_provider(path)


def read(book, provider) -> tuple[landing.Reading, dict[str, list[dict]]]:
    saved = io.BytesIO()
    book.save(saved)
    saved.seek(0)
    found: dict[str, list[dict]] = {}

    def take(row) -> None:
        names_of = [column.name for column in CONTRACTS[row.record].columns]
        found.setdefault(row.record, []).append(dict(zip(names_of, row.values, strict=True)))

    reading = landing.read(saved, provider, provider.feeds["register"], CONTRACTS, take)
    return reading, found


def test_it_has_a_sheet_for_every_record_but_official_statistics(book):
    assert set(full_register.ORDER) == set(CONTRACTS) - {"published_statistic"}
    assert book.sheetnames == [full_register.ABOUT, *(contract.title for contract in KEPT), pages.LISTS]
    assert all(sheet.protection.sheet for sheet in book)
    assert book[pages.LISTS].sheet_state == "hidden"


@pytest.mark.parametrize("contract", KEPT, ids=full_register.ORDER)
def test_a_sheet_asks_every_column_with_a_note_and_locks_its_headings(book, contract):
    page = book[contract.title]
    assert list(machine_names(page)) == [f"{contract.record}.{column.name}" for column in contract.columns]
    assert page.row_dimensions[pages.MACHINE_ROW].hidden
    notes = [page.cell(pages.FIRST_LINE - 1, number).value for number in range(1, len(contract.columns) + 1)]
    assert all(column.description in note for column, note in zip(contract.columns, notes, strict=True))
    heads = [page.cell(row, number) for row in range(1, pages.FIRST_LINE) for number in range(1, len(notes) + 1)]
    assert all(cell.protection.locked for cell in heads)


def test_the_register_prints_ids_and_systems_bring_their_own(book):
    printed = {
        contract.record: book[contract.title].cell(pages.FIRST_LINE, 1).value
        for contract in KEPT
        if book[contract.title].cell(pages.FIRST_LINE, 1).value
    }
    assert printed["service"] == "rx9-svc-0001"
    assert printed["session"] == "rx9-ses-0001"
    assert not {"incident", "complaint", "feedback_response", "participation", "provider_return"} & set(printed)
    last = book["Service"].cell(pages.FIRST_LINE + full_register.PRINTED_LINES - 1, 1)
    assert (last.value, last.protection.locked) == (f"rx9-svc-{full_register.PRINTED_LINES:04d}", True)


def test_a_drop_down_offers_labels_and_the_ids_of_the_sheet_pointed_to(book):
    rows = list(book[pages.LISTS].iter_rows(values_only=True))
    for contract in KEPT:
        page, places = book[contract.title], machine_names(book[contract.title])
        offered = {
            stretch.min_col: rule.formula1
            for rule in page.data_validations.dataValidation
            if rule.type == "list"
            for stretch in rule.sqref.ranges
        }
        for column in contract.columns:
            formula = offered.get(places[f"{contract.record}.{column.name}"])
            if column.code_list:
                first, last = (int(part.rpartition("$")[2]) for part in formula.split(":"))
                assert [row[2] for row in rows[first - 1 : last]] == list(code_list(column.code_list).values())
            elif column.references:
                assert formula.startswith(f"'{CONTRACTS[column.references[0]].title}'!")


def test_what_is_filled_in_comes_back_exactly(book, provider):
    expected = fill(book)
    reading, found = read(book, provider)
    assert [one for one in reading.findings if one.level != "warn"] == []
    for contract in KEPT:
        for row in found[contract.record]:
            for column in contract.pseudonym_columns:
                assert row.pop(column.name).startswith("v1-")
        for row in expected[contract.record]:
            for column in contract.pseudonym_columns:
                row.pop(column.name)
        assert found[contract.record] == expected[contract.record], contract.record


def test_printed_lines_that_nobody_filled_in_are_no_rows(book, provider):
    page = book["Service"]
    page.cell(pages.FIRST_LINE + 2, machine_names(page)["service.service_name"]).value = "Harbour team"
    reading, found = read(book, provider)
    assert {record: len(rows) for record, rows in found.items()} == {"service": 1}
    assert found["service"][0]["service_id"] == "rx9-svc-0003"
    assert reading.rows_filtered == reading.rows_read - 1


def test_labels_can_be_told_from_each_other_in_a_cell_of_several():
    assert [(name, label) for name in names() for label in code_list(name).values() if ";" in label] == []


def test_the_published_files_are_those_of_the_contracts():
    folder = Path(__file__).parents[2] / "docs" / "templates"
    assert (folder / "full_register.xlsx").read_bytes() == template.template_bytes("xxx", "full")
    assert (folder / "full_register.yml").is_file()
