"""What a file's name says of its period, version and status, and the name that we give to what we ask for."""

import datetime as dt

import pytest

from loaders.senders import file_names
from warehouse.periods import Period, year_of

YEARLY = "Complaints {year}{version}.csv"


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("Complaints 2024-25.csv", dt.date(2024, 4, 1)),
        ("Complaints%202024_25_v2.csv", dt.date(2024, 4, 1)),
        ("Complaints 1999-00.csv", dt.date(1999, 4, 1)),
    ],
)
def test_a_name_says_the_financial_year(name, starts):
    said = file_names.read(YEARLY, "year", name)
    assert said.period == Period(starts, dt.date(starts.year + 1, 3, 31))
    assert {"year", "period_start", "period_end"} <= said.facts.keys()


@pytest.mark.parametrize("name", ["Complaints 2024-26.csv", "Complaints 2024.csv", "Complaints 24-25.csv"])
def test_what_names_no_financial_year_is_no_file_of_the_feed(name):
    assert file_names.read(YEARLY, "year", name) is None


def test_a_day_lies_in_the_year_that_is_owed():
    said = file_names.read("c_{period:%Y%m%d}.csv", "year", "c_20250331.csv")
    assert said.period == year_of(dt.date(2025, 3, 31))


def test_we_name_a_year_as_we_read_it():
    year = year_of(dt.date(2024, 4, 1))
    name = file_names.made(YEARLY, year, dt.date(2026, 7, 29))
    assert (name, file_names.read(YEARLY, "year", name).period) == ("Complaints 2024-25.csv", year)


def test_a_year_that_nobody_can_mean_names_no_period():
    assert file_names.read("c_{period:%Y-%m}.csv", "month", "c_0026-06.csv") is None
    assert file_names.read("c_{period:%Y-%m}.csv", "month", "c_2026-06.csv") is not None


@pytest.mark.parametrize("name", ["a\nb.csv", "a\rb.csv", "a\x85b.csv", "a\u2028b.csv", "a/b.csv"])
def test_a_star_stands_for_text_on_one_line_in_one_folder(name):
    assert file_names.read("*.csv", "once", "a b.csv") is not None
    assert file_names.read("*.csv", "once", name) is None
