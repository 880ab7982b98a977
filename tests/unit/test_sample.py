"""A file nobody has described is understood by looking at it: format, headings, dates; and no cell of it is shown."""

import gzip
import io
import json
import zipfile

import openpyxl
import pytest

from loaders.onboarding.sample import look
from loaders.reading.tabular import Unreadable

ROWS = [["Ref", "When", "Ward"]] + [[f"I-{day}", f"{day:02}/06/2026", "Alder — wêst"] for day in range(10, 20)]


def csv(delimiter: str = ",", rows=ROWS) -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def looked(tmp_path, content: bytes, name: str = "sample.csv"):
    (tmp_path / name).write_bytes(content)
    return look(tmp_path / name)


def archived(*members: tuple[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members:
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (csv().encode(), {"kind": "csv"}),
        (csv().encode("utf-8-sig"), {"kind": "csv"}),
        (csv().encode("cp1252"), {"kind": "csv", "encoding": "cp1252"}),
        (csv().encode("utf-16"), {"kind": "csv", "encoding": "utf-16"}),
        (csv().encode("utf-16-le"), {"kind": "csv", "encoding": "utf-16-le"}),
        (csv(";").encode(), {"kind": "csv", "delimiter": ";"}),
        (csv("\t").encode(), {"kind": "csv", "delimiter": "\t"}),
        (csv("|").encode(), {"kind": "csv", "delimiter": "|"}),
        (gzip.compress(csv(";").encode()), {"kind": "csv", "delimiter": ";"}),
        (archived(("a.csv", csv())), {"kind": "csv"}),
        (archived(("a_2026-06.csv", csv()), ("readme.txt", "x")), {"kind": "csv", "member": "a_*.csv"}),
        (json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode(), {"kind": "json"}),
        (
            json.dumps({"result": {"items": [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]}}).encode(),
            {"kind": "json", "rows_at": "result.items"},
        ),
        (
            "\n".join(json.dumps(dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:]).encode(),
            {"kind": "ndjson"},
        ),
    ],
)
def test_the_format_is_found(tmp_path, content, form):
    sample = looked(tmp_path, content)
    assert sample.form == form
    (table,) = sample.tables
    assert ([column.heading for column in table.columns], table.row_count) == (ROWS[0], 10)


def test_a_workbook_is_read_sheet_by_sheet_below_what_stands_above_its_headings(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "Read me"
    sheet = book.create_sheet("Wards")
    sheet["A2"] = "Friends and Family Test, June 2026"
    for row in (
        ["Ward", "Total", "Breakdown", None],
        [None, None, "Good", "Poor"],
        ["Alder", 12, 10, 2],
        ["Birch", 9, 9, 0],
    ):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    sample = look(tmp_path / "book.xlsx")
    (table,) = sample.tables
    assert (sample.form, table.sheet, table.header_rows) == ({"kind": "workbook"}, "Wards", (3, 4))
    assert [column.heading for column in table.columns] == ["Ward", "Total", "Breakdown | Good", "Breakdown | Poor"]


def test_lines_above_the_headings_are_passed_by(tmp_path):
    preamble = [["Incident export", "", ""], ["Printed 1 July 2026", "", ""]]
    (table,) = looked(tmp_path, csv(rows=[*preamble, *ROWS]).encode()).tables
    assert table.header_rows == (3,)


def test_a_file_without_headings_gets_none_from_its_first_record(tmp_path):
    (table,) = looked(tmp_path, csv(rows=ROWS[1:]).encode()).tables
    assert table.header_rows == ()
    assert [column.heading for column in table.columns] == ["column 1", "column 2", "column 3"]


@pytest.mark.parametrize(
    ("cells", "forms", "is_ambiguous", "is_mixed"),
    [
        (["13/06/2026", "01/02/2026"], ("%d/%m/%Y",), False, False),
        (["06/13/2026", "01/02/2026"], ("%m/%d/%Y",), False, False),
        (["01/02/2026", "03/04/2026"], ("%d/%m/%Y",), True, False),
        (["13/06/2026", "06/13/2026"], ("%d/%m/%Y",), False, True),
        (["2026-06-13", "2026-06-14"], ("%Y-%m-%d",), False, False),
        (["2026-06-13T10:00:00Z", "2026-06-14T11:30:00Z"], ("%Y-%m-%dT%H:%M:%S%z",), False, False),
        (["13-Jun-26", "1-Feb-26"], ("%d-%b-%y",), False, False),
        (["13/06/2026", "14 June 2026"], ("%d %B %Y", "%d/%m/%Y"), False, False),
        (["20260613", "20260614"], ("%Y%m%d",), False, False),
        (["1234567890", "2234567890"], (), False, False),
        (["Alder", "Birch"], (), False, False),
    ],
)
def test_the_way_dates_are_written_is_found_and_what_could_be_read_two_ways_is_known(
    tmp_path, cells, forms, is_ambiguous, is_mixed
):
    rows = [["Ref", "When"], *([f"I-{number}", cell] for number, cell in enumerate(cells))]
    dates = looked(tmp_path, csv(rows=rows).encode()).tables[0].columns[1].dates
    assert (set(dates.forms), dates.is_ambiguous, dates.is_mixed) == (set(forms), is_ambiguous, is_mixed)


def test_totals_and_notes_are_noticed(tmp_path):
    rows = [*ROWS, ["Grand total", "", "10"], ["Source: our incident system", "", ""]]
    (table,) = looked(tmp_path, csv(rows=rows).encode()).tables
    assert (table.totals, table.note_count) == ((("Ref", "Grand total"),), 1)


def test_text_that_was_garbled_before_it_was_sent_is_a_doubt(tmp_path):
    garbled = csv(rows=[*ROWS, ["I-99", "01/06/2026", "the ward’s own".encode().decode("cp1252")]])
    assert "garbled" in looked(tmp_path, garbled.encode()).doubts[0]


@pytest.mark.parametrize("content", [b"", b"<!doctype html><html>log in</html>", b"PK\x03\x04 cut short"])
def test_what_is_no_data_is_refused_as_the_pipeline_would(tmp_path, content):
    with pytest.raises(Unreadable):
        looked(tmp_path, content)


def test_nothing_about_a_sample_shows_a_cell(tmp_path):
    sample = looked(tmp_path, csv().encode())
    assert "Alder" not in repr(sample)
    assert "/06/2026" not in repr(sample.tables[0].columns)
