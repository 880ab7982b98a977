"""What programs are given: CSV that reads back as published and runs nowhere, and JSON that keeps its own schema."""

import csv
import io
import json

import jsonschema
import pytest

from report import data_files, relations
from report.rows import FIGURE_COLUMNS, edition
from report.specimen import FACTS, rows, specimen

GIVEN = ["plain", "=1+1", "+44", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "'quoted'", "''", 'a "b", c\r\nd', "", "Ünï"]


@pytest.fixture(scope="module")
def made_up():
    return specimen()


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def unguarded(field: str) -> str:
    return field.removeprefix(data_files.GUARD)


def labelled(label: str):
    one = {**rows()["pub_figures"][0], "figure_id": "one", "label": label}
    return edition(FACTS, {"pub_figures": [one]})


def test_every_figure_is_one_line_with_all_its_columns(made_up):
    found = lines(data_files.figures(made_up))
    assert [line["figure_id"] for line in found] == list(made_up.figures)
    assert list(found[0]) == ["edition_id", *FIGURE_COLUMNS]
    for line in found:
        figure = made_up.figures[line["figure_id"]]
        assert line["edition_id"] == FACTS["edition_id"]
        assert (float(line["value"]) if line["value"] else None) == figure.value
        for name in FIGURE_COLUMNS:
            value = getattr(figure, name)
            if name != "value":
                assert unguarded(line[name]) == ("" if value is None else str(value)), name


def test_the_lines_are_as_the_standard_has_them(made_up):
    written = data_files.figures(made_up)
    assert not written.startswith(b"\xef\xbb\xbf")
    assert written.endswith(b"\r\n")
    assert written.count(b"\n") == written.count(b"\r\n") == len(made_up.figures) + 1


@pytest.mark.parametrize("label", GIVEN)
def test_a_field_is_never_a_formula_and_reads_back_as_it_was(label):
    (line,) = lines(data_files.figures(labelled(label)))
    assert not line["label"].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert unguarded(line["label"]) == label


def test_a_negative_number_is_a_number_and_not_guarded():
    low = {**rows()["pub_figures"][0], "figure_id": "low", "value": -1.5}
    (line,) = lines(data_files.figures(edition(FACTS, {"pub_figures": [low]})))
    assert line["value"] == "-1.5"


def test_the_description_names_the_columns_in_their_order_and_says_how_text_is_guarded(made_up):
    described = json.loads(data_files.figures_metadata(made_up))
    columns = described["tableSchema"]["columns"]
    assert described["url"] == data_files.FIGURES
    assert [column["name"] for column in columns] == list(lines(data_files.figures(made_up))[0])
    kinds = {column["name"]: column["datatype"] for column in columns}
    assert (kinds["value"], kinds["period_start_on"], kinds["figure_id"]) == ("double", "date", "string")
    assert data_files.GUARDED_SAID in described["notes"]


def test_the_whole_edition_keeps_its_schema(made_up):
    schema = json.loads(data_files.edition_schema(made_up))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    whole = json.loads(data_files.edition(made_up))
    validator.validate(whole)
    assert whole["edition"]["data_cut_at"] == "2026-07-28T23:00:00Z"
    for table in relations.of(made_up):
        assert len(whole[table.name.removeprefix("pub_")]) == len(table.rows)
    for fault in ({"figures": [{**whole["figures"][0], "value": "9"}]}, {"more": 1}):
        assert not validator.is_valid({**whole, **fault})


def test_the_keys_stand_in_one_order_and_the_bytes_are_the_same_in_any(made_up):
    backwards = edition(FACTS, {relation: list(reversed(found)) for relation, found in rows().items()})
    for write in (data_files.figures, data_files.figures_metadata, data_files.edition, data_files.edition_schema):
        assert write(backwards) == write(made_up) == write(made_up)
    named = [list(row) for row in json.loads(data_files.edition(made_up))["inputs"]]
    assert all(one == named[0] for one in named)
