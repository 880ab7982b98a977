"""Days, times and periods are read as senders write them, and what can be read two ways is not read at all."""

import datetime as dt

import pytest

from expectations.contract import Column
from loaders.reading.cells import CellFault, CellReader
from loaders.reading.moments import in_words, moment, period, time
from loaders.senders.feeds import CellMap, FileFormat


def reader(kind, dates=("%d/%m/%Y",), missing=("", "NULL"), **mapped):
    form = FileFormat(kind="csv", dates=dates, missing=missing)
    cell_map = CellMap.model_validate({"from": ["Day", "Time"]} | mapped)
    return CellReader(Column(kind=kind, name="cell", description="", classification="plain"), cell_map, form)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Jun-25", "2025-06-01", "2025-06-30"),
        ("June 2025", "2025-06-01", "2025-06-30"),
        ("sept 2025", "2025-09-01", "2025-09-30"),
        ("2025-06", "2025-06-01", "2025-06-30"),
        ("06/2025", "2025-06-01", "2025-06-30"),
        ("AUGUST 2025_26", "2025-08-01", "2025-08-31"),
        ("February 2025/26", "2026-02-01", "2026-02-28"),
        ("Q1 2025/26", "2025-04-01", "2025-06-30"),
        ("2025-26-Q4", "2026-01-01", "2026-03-31"),
        ("2025/26", "2025-04-01", "2026-03-31"),
        ("2011-12", None, None),  # December, or the year from April 2011
        ("Q1 2025", None, None),  # financial or calendar
        ("2024", None, None),
        ("2025/27", None, None),
        ("2025-13", None, None),
        ("06/0026", None, None),
        ("0025/26", None, None),
        ("Jun 0000", None, None),
        ("9999/00", None, None),
        ("Jun 24 - Jun 25 vs Jun 23 - Jun 24", None, None),
        ("soon", None, None),
    ],
)
def test_a_period_is_read_where_it_has_one_meaning(text, start, end):
    found = period(text)
    assert (found and found.start_on.isoformat(), found and found.end_on.isoformat()) == (start, end)
    for word, day in (("period_start", start), ("period_end", end)):
        read = moment(text, (word,))
        assert (read and read.date().isoformat()) == day


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize(
    "cell",
    ["30/06/0026", "0026-06-30", "31/12/1899", "01/01/2101", "2958465", dt.date(26, 6, 30), dt.datetime(9999, 12, 31)],  # noqa: DTZ001 - as a workbook types it
)
def test_a_year_that_nobody_can_mean_makes_no_date(kind, cell):
    with pytest.raises(CellFault, match="TYP"):
        reader(kind, ("%d/%m/%Y", "iso", "excel"))([cell])


def test_the_first_and_last_day_that_can_be_meant_are_read_and_never_may_be_agreed_to_be_blank():
    read = reader("date", missing=("", "31/12/9999"))
    assert [read([text]) for text in ("01/01/1900", "31/12/2100", "31/12/9999")] == [
        dt.date(1900, 1, 1),
        dt.date(2100, 12, 31),
        None,
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("46203", "2026-06-30T00:00:00"),
        ("46203.5", "2026-06-30T12:00:00"),
        ("61", "1900-03-01T00:00:00"),
        ("60", None),  # the day that Excel counts and that never was
        ("12345678", None),
        ("-5", None),
        ("30/06/2026", None),
    ],
)
def test_excels_day_numbers_are_days(text, read):
    found = moment(text, ("excel",))
    assert (found and found.isoformat()) == read


def test_every_form_of_iso_is_one_word():
    read = reader("timestamp", dates=("iso",))
    for text in ("2026-06-30T09:30:00Z", "2026-06-30T10:30+01:00", "2026-06-30 10:30:00.000"):
        assert read([text]) == dt.datetime(2026, 6, 30, 9, 30, tzinfo=dt.UTC), text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0930", "09:30:00"),
        ("930", "09:30:00"),
        ("09:30", "09:30:00"),
        ("9.30", "09:30:00"),
        ("09:30:15", "09:30:15"),
        ("0000", "00:00:00"),
        ("2400", None),
        ("0960", None),
        ("noon", None),
    ],
)
def test_a_time_is_read_with_or_without_its_colon(text, read):
    found = time(text, ())
    assert (found and found.isoformat()) == read


def test_a_fraction_of_a_day_is_a_time_where_excels_numbers_are_agreed():
    assert time("0.395833333", ("excel",)) == dt.time(9, 30)
    assert time("0.395833333", ("%d/%m/%Y",)) is None


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        ("30/06/2026", "0930", (2026, 6, 30, 8, 30)),
        ("30/06/2026", "9:30", (2026, 6, 30, 8, 30)),
        (dt.date(2026, 6, 30), "930", (2026, 6, 30, 8, 30)),
        (dt.date(2026, 6, 30), 930.0, (2026, 6, 30, 8, 30)),
        ("30/06/2026", "", (2026, 6, 29, 23, 0)),  # midnight in London
    ],
)
def test_a_time_stands_beside_its_day(day, hour, utc):
    assert reader("timestamp")([day, hour]) == dt.datetime(*utc, tzinfo=dt.UTC)


def test_a_time_without_its_day_is_not_sent_and_a_wrong_one_is_a_fault():
    read = reader("timestamp")
    assert read(["", "0930"]) is None
    assert read(["", "30/06/2026"]) is not None  # of two moments the first filled one counts
    for wrong in (["30/06/2026", "2510"], ["soon", "0930"], ["30/06/2026", "late"]):
        with pytest.raises(CellFault):
            read(wrong)


SENTINEL = ("", "1900-01-01")


@pytest.mark.parametrize(
    "cell",
    [
        "1900-01-01",
        "01/01/1900",
        "01/01/1900 00:00",
        dt.date(1900, 1, 1),
        dt.datetime.fromisoformat("1900-01-01"),
        dt.datetime.fromisoformat("1900-01-01T09:30:00"),
    ],
)
@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_a_day_that_stands_for_a_blank_is_one_however_it_is_written(cell, kind):
    read = reader(kind, dates=("%d/%m/%Y", "%d/%m/%Y %H:%M"), missing=SENTINEL)
    assert read([cell]) is None
    assert read(["02/01/1900"]) is not None


def test_a_day_that_stands_for_a_blank_blanks_the_time_beside_it():
    assert reader("timestamp", missing=SENTINEL)(["01/01/1900", "0930"]) is None


def test_two_forms_of_date_stand_in_one_row():
    assert reader("date", dates=("%m/%d/%Y", "%d-%b-%y"))(["30-Jun-26"]) == dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("forms", "told"),
    [
        (("%d/%m/%Y",), "DD/MM/YYYY"),
        (("%d/%m/%Y %H:%M", "iso"), "DD/MM/YYYY hh:mm or YYYY-MM-DD"),
        (("%d-%b-%y", "excel"), "DD-Mon-YY or a day number of Excel"),
        (("period_start", "period_end"), "a period such as June 2025"),
    ],
)
def test_forms_of_date_are_told_as_people_write_them(forms, told):
    assert in_words(forms) == told
