"""The workbook holds every published row as it is, runs nothing that people wrote, and is the same bytes every time."""

import io
import re
import time
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from report import office, pack, relations
from report.rows import RELATIONS, Column, Description, edition
from report.specimen import FACTS, rows, specimen
from report.words import NOT_A_NUMBER

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "＝1+1", "=cmd|'/c calc'!A1"]


def opened(made_up) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(pack.render(made_up)))


def decoded(text: str) -> str:
    """The text as a spreadsheet shows it: codes between _x and _ are characters."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def with_said(words: str):
    return edition(FACTS, {"pub_inputs": [{**rows()["pub_inputs"][0], "said": words}]})


def said_in(book) -> list[object]:
    sheet = book["Inputs"]
    place = [cell.value for cell in sheet[1]].index("said")
    return [row[place] for row in sheet.iter_rows(min_row=2)]


@pytest.fixture(scope="module")
def made_up():
    return specimen()


@pytest.fixture(scope="module")
def book(made_up):
    return opened(made_up)


def test_each_published_relation_has_a_sheet_with_its_rows(book, made_up):
    tables = relations.of(made_up)
    assert {table.name for table in tables} == set(RELATIONS)
    assert book.sheetnames == [pack.COVER, *map(pack.sheet_name, tables), pack.QUERIES, pack.DEFINITIONS]
    for table in tables:
        heads, *found = list(book[pack.sheet_name(table)].iter_rows(values_only=True)) or [()]
        assert list(heads) == [column.name for column in table.columns]
        assert len(found) == len(table.rows), table.name
    assert sum(len(table.rows) for table in tables) > 500


def test_a_figure_is_stored_as_published_and_shown_as_printed(book, made_up):
    heads, *found = book["Figures"].iter_rows()
    names = [cell.value for cell in heads]
    for row in found:
        cells = dict(zip(names, row, strict=True))
        figure = made_up.figures[cells["figure_id"].value]
        if figure.value is None:
            assert cells["value"].value == NOT_A_NUMBER[figure.value_state]
        else:
            assert cells["value"].value == pytest.approx(figure.value, rel=1e-15)
            assert cells["value"].data_type == "n"
            wanted = (
                "0%" if figure.unit == "share of 1" else "#,##0" + ("." + "0" * figure.decimals)[: figure.decimals + 1]
            )
            assert cells["value"].number_format == (wanted if figure.decimals else wanted.rstrip("."))


def test_a_hidden_count_of_rows_is_told_in_words():
    hidden = {name: rows()[name] for name in ("pub_data_quality", "pub_figures")}
    hidden["pub_figures"] = [row for row in hidden["pub_figures"] if row.get("section") == "quality"]
    for row in hidden["pub_data_quality"]:
        row.update(rows_set_aside=None, rows_read=120)
    for row in hidden["pub_figures"]:
        if row["measure_code"] == "rows_set_aside":
            row.update(value=None, value_state="suppressed")
    heads, *found = opened(edition(FACTS, hidden))["Data quality"].iter_rows(values_only=True)
    told = {row[heads.index("rule")]: row[heads.index("rows_set_aside")] for row in found}
    # The third rule has no figure of rows set aside, so nothing stands there.
    assert told == {"all": "too few to print", "INC-001": "too few to print", "INC-002": None}


def test_dates_are_dates_and_a_reader_can_filter_and_scroll(book):
    for sheet in book:
        if sheet.title == pack.COVER:
            continue
        assert sheet.freeze_panes == "A2", sheet.title
        assert sheet.auto_filter.ref == sheet.dimensions, sheet.title
        assert all(6 < one.width < 120 for one in sheet.column_dimensions.values())
    place = [cell.value for cell in book["Inputs"][1]].index("received_on")
    found = [row[place] for row in book["Inputs"].iter_rows(min_row=2)]
    assert all(cell.is_date and isinstance(cell.value, datetime) for cell in found)
    assert {cell.number_format for cell in found} == {pack.DAY}


@pytest.mark.parametrize("words", DANGEROUS)
def test_what_somebody_wrote_is_never_a_formula_and_never_changed(words):
    book = opened(with_said(words))
    cell = next(cell for cell in said_in(book) if cell.value and decoded(cell.value) == words)
    assert cell.data_type in ("s", "inlineStr")
    assert cell.quotePrefix


@pytest.mark.parametrize("words", ["a\x01b", "\x0b", "line\r\nline", "_x0041_ stays", "￿"])
def test_what_xml_cannot_carry_is_carried(words):
    assert words in [decoded(cell.value) for cell in said_in(opened(with_said(words))) if cell.value]


def test_a_text_longer_than_a_cell_says_where_it_stands_whole():
    assert pack.TOO_LONG in [cell.value for cell in said_in(opened(with_said("long " * 10_000)))]


def test_no_cell_of_the_pack_is_a_formula(made_up):
    hostile = rows()
    for row in (one for found in hostile.values() for one in found):
        row.update({name: "=1+1" for name, value in row.items() if isinstance(value, str) and name not in KEPT})
    book = opened(edition({**FACTS, "icb_name": "=1+1"}, hostile))
    formulas = [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


KEPT = ("figure_id", "organisation_code", "value_state", "unit", "section", "measure_code", "statistic")


def test_every_sheet_has_its_query_and_every_column_its_definition(made_up):
    described = {
        table.name: Description(f"What {table.name} holds.", tuple(
            Column(column.name, column.kind, f"What {column.name} says.") for column in table.columns
        ))
        for table in relations.of(made_up)
    }  # fmt: skip
    told = edition(FACTS, rows(), described)
    book = opened(told)
    queries = {row[0]: row[1:] for row in book[pack.QUERIES].iter_rows(min_row=2, values_only=True)}
    assert set(queries) == {pack.COVER, *map(pack.sheet_name, relations.of(told))}
    assert queries["Figures"][0] == "What pub_figures holds."
    assert "from published.pub_figures\nwhere edition_id = '2026-27-Q1/QXX/1'" in queries["Figures"][1]
    defined = {row[:2]: row[3] for row in book[pack.DEFINITIONS].iter_rows(min_row=2, values_only=True)}
    for table in relations.of(told):
        for column in table.columns:
            assert defined[pack.sheet_name(table), column.name] == f"What {column.name} says."


def test_a_quotation_mark_in_an_edition_does_not_end_its_query():
    odd = edition({**FACTS, "edition_id": "it's"}, rows())
    assert "where edition_id = 'it''s'" in relations.figures(odd).query


def test_a_relation_that_has_no_rows_is_there_and_says_so():
    there = {"pub_challenges": Description("Comments.", (Column("edition_id", "text"), Column("comment", "text")))}
    book = opened(edition(FACTS, {**rows(), "pub_challenges": []}, there))
    assert list(book["Challenges"].iter_rows(values_only=True)) == [("edition_id", "comment")]
    said = [row[1] for row in book[pack.COVER].iter_rows(values_only=True) if row[0] == "Challenges"]
    assert said == ["Comments. This edition has none."]


def test_the_same_rows_make_the_same_bytes_whenever_they_are_written(made_up, monkeypatch):
    first = pack.render(made_up)
    later = time.time() + 100_000_000
    monkeypatch.setattr(time, "time", lambda: later)
    backwards = {relation: list(reversed(found)) for relation, found in rows().items()}
    assert pack.render(edition(FACTS, backwards)) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 7, 28, 23, 0, 0)}


def test_the_properties_are_the_editions(made_up):
    properties = openpyxl.load_workbook(io.BytesIO(pack.render(made_up))).properties
    assert properties.created == properties.modified == office.cut_at(made_up).replace(tzinfo=None)
    assert (properties.subject, properties.language) == (FACTS["edition_id"], "en-GB")


@pytest.mark.parametrize("cut", [date(2026, 7, 29), datetime(2026, 7, 29, tzinfo=UTC)])
def test_a_data_cut_is_read_however_it_is_given(cut):
    assert office.cut_at(specimen(data_cut_at=cut)) == datetime(2026, 7, 29, tzinfo=UTC)
