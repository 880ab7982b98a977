"""Every figure in every face of the made-up region's edition is its published row, and each face is what is stored."""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree

import docx
import jsonschema
import openpyxl
import pytest
from docx.oxml.ns import qn
from typer.testing import CliRunner

from assure import cli, demonstration
from report import data_files, faces, pack, publication, rows
from report.word_summary import FIGURES_NAMESPACE, FIGURES_PART
from report.words import NOT_A_NUMBER
from tests.truth.published import EDITION, published
from warehouse.connection import connect

FOLDER = EDITION.replace("/", "-")
PRINTED = re.compile(r'<data class="figure" data-figure="([^"]+)" value="([^"]*)">([^<]*)</data>')
UNSAID = re.compile(r"<(style|svg|script|title)\b.*?</\1>|<(?:data|time)\b.*?</(?:data|time)>", re.DOTALL)
OTHERS_WORDS = re.compile(r'<(span|q) class="(?:words|code)">.*?</\1>', re.DOTALL)


class Found(NamedTuple):
    """A figure as a face gives it; `text` is None where the face holds the value alone."""

    figure_id: str
    value: float | None
    text: str | None = None


# How each face is read back


@cache
def workbook(content: bytes) -> openpyxl.Workbook:
    """Reading it takes seconds, and several tests look at it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def of_page(content: bytes) -> Iterator[Found]:
    for figure_id, value, text in PRINTED.findall(content.decode("utf-8")):
        yield Found(html.unescape(figure_id), float(value) if value else None, html.unescape(text))


def of_word(content: bytes) -> Iterator[Found]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = ElementTree.fromstring(archive.read(FIGURES_PART.lstrip("/")))
    figures = {one.get("bookmark"): one for one in listed.iter(f"{{{FIGURES_NAMESPACE}}}figure")}
    for mark in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:bookmarkStart")):
        one = figures[mark.get(qn("w:name"))]
        text = "".join(part.text for part in mark.getnext().iter(qn("w:t")))
        yield Found(one.get("figure_id"), float(one.get("value")) if one.get("value") else None, text)


def of_workbook(content: bytes) -> Iterator[Found]:
    for row in sheet_rows(workbook(content)["Figures"]):
        value, is_number = row["value"], isinstance(row["value"], int | float)
        yield Found(row["figure_id"], value if is_number else None, None if is_number else value)


def of_csv(content: bytes) -> Iterator[Found]:
    for line in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
        yield Found(line["figure_id"], float(line["value"]) if line["value"] else None)


def of_json(content: bytes) -> Iterator[Found]:
    for row in json.loads(content)["figures"]:
        yield Found(row["figure_id"], row["value"])


READERS: dict[str, Callable[[bytes], Iterator[Found]]] = {
    faces.PAGE: of_page,
    faces.PLAIN_SUMMARY: of_page,
    faces.WORD_SUMMARY: of_word,
    faces.PACK: of_workbook,
    data_files.FIGURES: of_csv,
    data_files.EDITION: of_json,
}
HOLDS_ALL = (faces.PACK, data_files.FIGURES, data_files.EDITION)
# These describe other faces and hold no figure.
DESCRIBES = (data_files.FIGURES_METADATA, data_files.EDITION_SCHEMA)
# What is printed on paper is read back where it is set.
READ_ELSEWHERE = re.compile(r".*\.pdf")
each_read_face = pytest.mark.parametrize("name", READERS)


def sheet_rows(sheet) -> list[dict]:
    heads, *found = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in found]


def shown(text: str) -> str:
    """A text of the workbook as a spreadsheet shows it."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


@pytest.fixture(scope="module")
def stored(loaded_region) -> dict[str, bytes]:
    """Every face as it is stored and served."""
    return publication.contents(EDITION)


@pytest.fixture(scope="module")
def read(loaded_region) -> rows.Edition:
    with connect("reporter") as opened:
        return rows.read(opened, EDITION)


@pytest.fixture(scope="module")
def figures(loaded_region) -> dict[str, dict]:
    with published() as report:
        return {row["figure_id"]: row for row in report.rows("figures")}


@pytest.fixture(scope="module")
def book(stored):
    return workbook(stored[faces.PACK])


def answered(query: str) -> tuple[list[str], list[tuple]]:
    with connect("reporter") as opened, opened.cursor() as cursor:
        cursor.execute(query)
        return [column.name for column in cursor.description], cursor.fetchall()


# Every face


def test_every_face_is_read_back_by_somebody(stored):
    assert [
        name for name in stored if name not in READERS and name not in DESCRIBES and not READ_ELSEWHERE.fullmatch(name)
    ] == []
    assert set(READERS) | set(DESCRIBES) <= set(stored)


@each_read_face
def test_every_figure_of_a_face_is_its_published_row(name, stored, figures):
    found = list(READERS[name](stored[name]))
    assert len(found) > 15
    for figure_id, value, text in found:
        row = figures[figure_id]
        # Pages and the workbook hold ten and sixteen digits of a number; nobody prints more than four.
        assert value == (None if row["value"] is None else pytest.approx(row["value"], rel=1e-9)), figure_id
        if text is None:
            continue
        if row["value"] is None:
            assert not re.search(r"\d", text), figure_id
        elif re.search(r"\d", text):
            scale, decimals = (100, 0) if text.endswith("%") else (1, row["decimals"])
            printed = float(re.sub(r"[%,£]", "", text).replace("−", "-"))
            assert printed == pytest.approx(row["value"] * scale, abs=0.5 * 10**-decimals + 1e-9), figure_id
        else:
            assert row["value"] == 0, figure_id


@pytest.mark.parametrize("name", HOLDS_ALL)
def test_a_face_for_programs_holds_every_figure_once(name, stored, figures):
    assert sorted(one.figure_id for one in READERS[name](stored[name])) == sorted(figures)


def test_rendering_again_gives_the_bytes_that_are_stored(stored, read):
    again = {name: face.render(read) for name, face in faces.of(read).items()}
    assert [name for name in stored if stored[name] != again[name]] == []


def test_no_number_stands_in_the_plain_summary_without_a_row_behind_it(stored):
    rest = OTHERS_WORDS.sub("", UNSAID.sub("", stored[faces.PLAIN_SUMMARY].decode("utf-8")))
    text = html.unescape(re.sub(r"<[^>]+>", " ", rest.partition("<body")[2].partition(">")[2]))
    assert re.findall(r"[^\n]*\d[^\n]*", text) == []
    assert "have not checked this yet" in text


# The workbook and its queries


def test_the_query_of_each_sheet_gives_its_rows(book):
    queries = sheet_rows(book[pack.QUERIES])
    assert [row["Sheet"] for row in queries] == [
        name for name in book.sheetnames if name not in (pack.QUERIES, pack.DEFINITIONS)
    ]
    for row in queries:
        names, found = answered(row["Query"])
        if row["Sheet"] == pack.COVER:
            assert [dict(zip(names, one, strict=True))["edition_id"] for one in found] == [EDITION]
            continue
        heads, *cells = [*book[row["Sheet"]].iter_rows(values_only=True)] or [()]
        assert list(heads) == names
        assert len(cells) == len(found)
        for line, (cell, value) in enumerate(zip(cells, found, strict=True), start=2):
            for name, is_there, wanted in zip(names, cell, value, strict=True):
                assert same(is_there, wanted), f"{row['Sheet']} line {line}, {name}"


def same(cell: object, value: object) -> bool:
    """Whether a cell holds what the database holds; a number that is not printed is told in words."""
    if value is None or value == "":
        return cell in (None, *NOT_A_NUMBER.values())
    if isinstance(value, datetime):
        return cell == value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return isinstance(cell, datetime) and cell.date() == value
    if isinstance(value, str):
        return shown(cell) == value
    if isinstance(value, bool):
        return cell is value
    return cell == pytest.approx(value, rel=1e-15)


def test_hidden_numbers_are_told_in_words_and_only_they(book, figures):
    told = {row["figure_id"]: row["value"] for row in sheet_rows(book["Figures"])}
    hidden = {figure_id: NOT_A_NUMBER[row["value_state"]] for figure_id, row in figures.items() if row["value"] is None}
    assert {figure_id: said for figure_id, said in told.items() if isinstance(said, str)} == hidden
    assert len(hidden) > 50


def test_every_sheet_and_every_column_is_explained(book):
    described = sheet_rows(book[pack.DEFINITIONS])
    assert [row for row in described if not row["What it means"]] == []
    assert {row["Sheet"] for row in described} == set(book.sheetnames) - {pack.QUERIES, pack.DEFINITIONS}
    assert [row["Sheet"] for row in sheet_rows(book[pack.QUERIES]) if not row["What it holds"]] == []


# Files for programs


def test_the_whole_edition_keeps_its_schema_and_is_what_the_database_holds(stored, read, book):
    whole = json.loads(stored[data_files.EDITION])
    schema = json.loads(stored[data_files.EDITION_SCHEMA])
    # Every tenth figure: they are alike, and the checker takes its time.
    fewer = {**whole, "figures": whole["figures"][::10], "data_quality": whole["data_quality"][::10]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(fewer)
    for row in sheet_rows(book[pack.QUERIES]):
        names, found = answered(row["Query"])
        held = [whole["edition"]] if row["Sheet"] == pack.COVER else whole[row["Sheet"].lower().replace(" ", "_")]
        assert [list(one) for one in held[:1]] == [names][: len(held)]
        wanted = [tuple(data_files.plain(value) for value in one) for one in found]
        assert [tuple(one.values()) for one in held] == wanted, row["Sheet"]


def test_every_column_of_the_csv_is_described_and_reads_back_as_published(stored, figures):
    described = json.loads(stored[data_files.FIGURES_METADATA])["tableSchema"]["columns"]
    assert [one["name"] for one in described if not one.get("dc:description")] == []
    lines = csv.DictReader(io.StringIO(stored[data_files.FIGURES].decode("utf-8"), newline=""))
    assert lines.fieldnames == [one["name"] for one in described]
    for line in lines:
        row = figures[line["figure_id"]]
        for name in lines.fieldnames:
            field = line[name].removeprefix(data_files.GUARD)
            if name == "value":
                assert (float(field) if field else None) == row["value"], line["figure_id"]
            else:
                assert field == ("" if row[name] is None else str(row[name])), f"{line['figure_id']} {name}"


def test_words_that_are_nobody_s_to_print_are_in_no_face(stored):
    """The whole edition holds all the text that any face is made of."""
    whole = json.loads(stored[data_files.EDITION])
    held = (value for name, found in whole.items() if name not in ("$schema", "edition") for row in found
            for value in row.values() if isinstance(value, str) and " " in value)  # fmt: skip
    text = "\n".join(sorted(set(held)))
    with connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'restricted'"
            " and data_type = 'text' and column_name not in ('provider_code', 'load_id')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'select distinct "{column}" from restricted."{table}" where length("{column}") > 12')
            assert [words for (words,) in cursor if words in text] == [], f"{table}.{column}"


# Handing out


def assure(*arguments: str):
    ended = CliRunner().invoke(cli.app, ["report", "--quarter", EDITION[:10], "--as-of", "2026-07-29", *arguments])
    return ended.exit_code, ended.stdout.splitlines(), ended.stderr


def test_a_folder_gets_every_face_in_a_folder_of_the_edition(stored, tmp_path):
    code, paths, _ = assure("--out", f"{tmp_path}/to_come/")
    folder = tmp_path / "to_come" / FOLDER
    assert (code, paths[-1]) == (0, str(folder / faces.PAGE))
    assert {name: (folder / name).read_bytes() for name in stored} == stored
    assert sorted(paths) == sorted(str(folder / name) for name in stored)


def test_without_more_the_page_is_written_where_it_was_asked_for(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert assure("--out", "page.html")[:2] == (0, ["page.html"])
    assert assure()[:2] == (0, [f"assurance-report-{FOLDER}.html"])
    for name in ("page.html", f"assurance-report-{FOLDER}.html"):
        assert (tmp_path / name).read_bytes() == stored[faces.PAGE]


def test_one_face_is_written_alone(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert assure("--face", faces.PLAIN_SUMMARY)[:2] == (0, [f"plain-summary-{FOLDER}.html"])
    assert assure("--face", data_files.FIGURES, "--out", ".")[:2] == (0, [f"{FOLDER}/figures.csv"])
    assert (tmp_path / FOLDER / "figures.csv").read_bytes() == stored[data_files.FIGURES]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--face", "nothing"], "report.html"),
        (["--out", "nowhere/page.html"], "cannot write"),
        (["--all", "--face", "figures.csv"], "--all hands out every face"),
    ],
)
def test_what_cannot_be_handed_out_says_why(stored, tmp_path, monkeypatch, arguments, reason):
    monkeypatch.chdir(tmp_path)
    code, paths, said = assure(*arguments)
    assert (code, paths) == (2, [])
    assert reason in re.sub(r"[│\s]+", " ", said)
    assert list(tmp_path.rglob("*.*")) == []


def test_the_demo_writes_every_face_and_names_the_page_last(stored):
    page = demonstration._page()
    assert (page.parent.name, page.name) == (FOLDER, faces.PAGE)
    written = (path.relative_to(page.parent).as_posix() for path in page.parent.rglob("*") if path.is_file())
    assert sorted(written) == sorted(stored)
