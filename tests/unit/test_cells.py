"""One cell becomes what its contract column says, or a fault that names the kind and never the cell."""

import datetime as dt
from decimal import Decimal

import pytest

from expectations.contract import Column
from loaders.reading.cells import CellFault, CellReader
from loaders.reading.row import clean
from loaders.senders.feeds import CellMap, FileFormat

DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H%M")


def reader(kind="text", dates=("%Y-%m-%d",), missing=None, mapped=None, pseudonym=None, **column):
    form = FileFormat(kind="csv", dates=dates, **({"missing": missing} if missing else {}))
    cell_map = CellMap.model_validate({"from": "Heading"} | mapped) if mapped is not None else None
    column = {"name": "cell", "description": "", "classification": "plain"} | column
    return CellReader(Column(kind=kind, **column), cell_map, form, pseudonym)


def fault(read, *cells) -> str:
    with pytest.raises(CellFault) as raised:
        read(cells)
    return raised.value.kind


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "Alder ward", "Alder ward"),
        ("text", 12.0, "12"),
        ("text", 12.5, "12.5"),
        ("text", True, "true"),
        ("integer", "7", 7),
        ("integer", 7.0, 7),
        ("integer", "1,234", 1234),
        ("integer", "12,345,678", 12345678),
        ("integer", "-3", -3),
        ("integer", "5.0", 5),
        ("number", "£1,200.50", Decimal("1200.50")),
        ("number", "-£4", Decimal("-4")),
        ("number", "0.8947", Decimal("0.8947")),
        ("number", 1e-07, Decimal("1e-07")),
        ("date", "2026-06-30", dt.date(2026, 6, 30)),
        ("date", dt.date(2026, 6, 30), dt.date(2026, 6, 30)),
        ("date", dt.datetime.fromisoformat("2026-06-30T23:59"), dt.date(2026, 6, 30)),
        ("ids", "I-1; I-2 ;I-1;", ["I-1", "I-2"]),
    ],
)
def test_a_cell_is_typed(kind, cell, value):
    assert reader(kind)([cell]) == value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "seven"),
        ("integer", "7.5"),
        ("integer", 7.5),
        ("integer", True),
        ("integer", "1,5"),  # a decimal comma, not fifteen
        ("integer", "1,2,3"),
        ("integer", "12,34"),
        ("number", "0,125"),  # an eighth, not a hundred and twenty-five
        ("integer", "9" * 19),  # more than the warehouse can hold
        ("integer", "1e999999999"),
        ("number", "12 %"),
        ("number", "nan"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", "1e400"),
        ("number", "0." + "1" * 20_000),
        ("date", "2026-02-31"),
        ("date", "30/06/2026"),
        ("date", 46203.0),
        ("timestamp", "yesterday"),
    ],
)
def test_a_cell_that_cannot_be_its_column_is_a_fault(kind, cell):
    assert fault(reader(kind), cell) == "TYP"


def test_a_fault_never_says_what_the_cell_held():
    with pytest.raises(CellFault) as raised:
        reader("date")(["marker-7c41"])
    seen = [str(raised.value), repr(raised.value), str(raised.value.__cause__), str(raised.value.__context__)]
    assert not any("marker" in text for text in seen)


@pytest.mark.parametrize("cell", ["", None, "NULL", "N/A", "#N/A"])
def test_nothing_sent_is_nothing(cell):
    assert reader("integer")([cell]) is None


def test_a_sender_says_itself_what_means_nothing():
    read = reader("date", missing=("", "01/01/1900"), dates=DAY_FIRST)
    assert read(["01/01/1900"]) is None
    assert read(["01/01/1900 00:00", "30/06/2026"]) == dt.date(2026, 6, 30)
    assert fault(read, "NULL") == "TYP"


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        ("Performance ", "Performance"),
        ("\u00a0Alder\u00a0\u00a0ward ", "Alder ward"),
        ("Alder\u202fward", "Alder ward"),
        ("\ufeffrecordid", "recordid"),
        ("two\r\nlines", "two\nlines"),
        ("a\t b\x00\x07", "a b"),
        ("Cafe\u0301", "Café"),
        ("ward\u200b 1", "ward 1"),
        ("👩\u200d⚕️ said so", "👩\u200d⚕️ said so"),  # what joins an emoji is no dirt
    ],
)
def test_the_dirt_that_means_nothing_is_cleaned_away(dirty, text):
    assert clean(dirty) == text


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("SELFH", "self_harm"),  # the sender's own code
        (" selfh", "self_harm"),
        ("self_harm", "self_harm"),  # ours
        ("self HARM", "self_harm"),  # our label
        ("Not known", "not_known"),
        ("XXXX", "unmapped"),
    ],
)
def test_a_code_is_known_by_the_senders_words_by_ours_and_by_its_label(cell, code):
    assert reader(code_list="incident_kind", mapped={"codes": {"SELFH": "self_harm"}})([clean(cell)]) == code


@pytest.mark.parametrize(("cell", "code"), [("01", "01"), ("1", "01"), (1.0, "01"), (15.0, "15"), ("001", "unmapped")])
def test_a_code_that_excel_took_for_a_number_gets_its_nought_back(cell, code):
    assert reader(code_list="mhsds_type")([cell]) == code


@pytest.mark.parametrize(
    ("cell", "value"), [("1.250,50", "1250.50"), ("12,5", "12.5"), ("1.250", "1250"), (2.5, "2.5")]
)
def test_where_a_comma_stands_before_the_decimals_a_point_stands_between_the_thousands(cell, value):
    column = Column(name="cell", description="", classification="plain", kind="number")
    read = CellReader(column, None, FileFormat(kind="csv", decimals=","))
    assert read([cell]) == Decimal(value)


def test_several_codes_are_told_apart_by_semicolons_and_columns():
    read = reader("codes", code_list="theme", mapped={"codes": {"Noise and light": "sensory"}})
    assert read(["Noise and light; Food", "food; Nonsense"]) == ["sensory", "food", "unmapped"]


def test_a_senders_words_for_a_service_become_its_code():
    read = reader(mapped={"codes": {"Alder ward": "ZW1-S-01"}})
    assert [read([cell]) for cell in ("Alder ward", "ALDER WARD", "Yew ward")] == ["ZW1-S-01", "ZW1-S-01", "Yew ward"]


def test_a_constant_needs_no_cell():
    assert reader("integer", mapped={"from": (), "constant": "1"})([]) == 1


def test_the_first_filled_heading_counts_unless_they_are_joined():
    both = {"from": ["Breakdown", "Level"]}
    assert reader(mapped=both)(["", "Second"]) == "Second"
    assert reader(mapped=both)(["First", "Second"]) == "First"
    assert reader(mapped=both | {"join": " | "})(["First", "", "Third"]) == "First | Third"


def test_a_blank_takes_the_contracts_default_and_a_marker_does_not():
    read = reader(code_list="session_mode", default_when_blank="in_person", mapped={"states": {"*": "suppressed"}})
    assert [read([cell]) for cell in ("", "N/A", "Online", "*")] == ["in_person", "in_person", "online", None]
    assert reader("integer", default_when_blank="1")([]) == 1


def test_wall_clock_time_becomes_utc():
    table = [
        (["15/01/2026 09:30"], (2026, 1, 15, 9, 30)),  # winter
        (["15/07/2026 09:30"], (2026, 7, 15, 8, 30)),  # summer
        (["29/03/2026 01:30"], (2026, 3, 29, 1, 30)),  # the hour that was not: read as winter time
        (["25/10/2026 01:30"], (2026, 10, 25, 0, 30)),  # the hour that was twice: the first of them
        (["25/10/2026 02:30"], (2026, 10, 25, 2, 30)),
        (["15/07/2026", "0930"], (2026, 7, 15, 8, 30)),  # day and time in two cells
        ([dt.datetime.fromisoformat("2026-07-15T09:30")], (2026, 7, 15, 8, 30)),
        ([dt.date(2026, 7, 15)], (2026, 7, 14, 23, 0)),
        ([dt.date(2026, 7, 15), "09:30:00"], (2026, 7, 15, 8, 30)),  # Excel's day and Excel's time
    ]
    read = reader("timestamp", dates=DAY_FIRST)
    for cells, moment in table:
        assert read(cells) == dt.datetime(*moment, tzinfo=dt.UTC), cells


def test_a_time_with_its_zone_is_taken_at_its_word():
    assert reader("timestamp", dates=("%Y-%m-%dT%H:%M%z",))(["2026-07-15T09:30+02:00"]).hour == 7


def test_a_column_may_be_written_in_another_way_than_the_rest_of_its_file():
    read = reader("date", dates=("%d/%m/%Y",), mapped={"dates": ["%m/%d/%Y"]})
    assert read(["06/30/2026"]) == dt.date(2026, 6, 30)


def test_words_for_print_that_identify_somebody_are_a_fault():
    said = reader(classification="public_words")
    assert said(["Ring before you visit."]) == "Ring before you visit."
    for words in ("Ring 943 476 5919", "Write to a.b@example.org", "She lives at LS1 4AP", "Call 0113 496 0000 now"):
        assert fault(said, words) == "IDN"


def test_their_own_words_are_masked_and_kept():
    own = reader(classification="restricted")
    assert own(["I am 943 476 5919, at LS1 4AP."]) == "I am [removed], at [removed]."


def test_a_pseudonym_takes_the_place_of_the_identifier():
    read = reader(classification="pseudonym", pseudonym=lambda identifier: f"v1-{len(identifier)}")
    assert read(["A-0042"]) == "v1-6"
    assert read([""]) is None


def test_a_moment_in_another_zone_is_the_day_that_it_was_in_london():
    read = reader("date", dates=("iso",))
    assert read(["2026-06-09T23:40:00Z"]) == dt.date(2026, 6, 10)
    assert read(["2026-01-09T23:40:00Z"]) == dt.date(2026, 1, 9)
    assert read(["2026-06-09T23:40:00"]) == dt.date(2026, 6, 9)
