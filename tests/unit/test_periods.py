"""Months, financial quarters and working days, as a calendar on the wall says."""

import datetime as dt

import pytest

from warehouse import periods


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-03-31", "2025-26-Q4"),
        ("2026-04-01", "2026-27-Q1"),
        ("2026-06-30", "2026-27-Q1"),
        ("2026-07-01", "2026-27-Q2"),
        ("2026-12-31", "2026-27-Q3"),
        ("2027-01-01", "2026-27-Q4"),
        ("1999-12-31", "1999-00-Q3"),
    ],
)
def test_a_day_lies_in_a_financial_quarter(day, name):
    day = dt.date.fromisoformat(day)
    assert periods.quarter_id(day) == name
    quarter = periods.quarter_named(name)
    assert quarter.start_on <= day <= quarter.end_on
    assert quarter == periods.quarter_of(day)


def test_a_quarter_is_three_whole_months():
    assert periods.quarter_named("2026-27-Q4") == (dt.date(2027, 1, 1), dt.date(2027, 3, 31))
    assert periods.quarter_of(dt.date(2027, 12, 31)) == (dt.date(2027, 10, 1), dt.date(2027, 12, 31))
    assert periods.month_of(dt.date(2028, 2, 11)) == (dt.date(2028, 2, 1), dt.date(2028, 2, 29))


def test_a_quarter_that_can_be_read_two_ways_is_refused_with_both():
    with pytest.raises(ValueError, match=r"financial 2026-27-Q2, or calendar, which is 2026-27-Q1; write the one"):
        periods.quarter_named("2026-Q2")


@pytest.mark.parametrize("name", ["2026-28-Q1", "2026-27-Q5", "2026-27", "Q1 2026/27", "", "2026-27-Q1 "])
def test_what_is_no_quarter_is_refused_with_an_example(name):
    with pytest.raises(ValueError, match="2026-27-Q1"):
        periods.quarter_named(name)


@pytest.mark.parametrize(
    ("day", "number", "found"),
    [
        ("2026-06-30", 1, "2026-07-01"),
        ("2026-06-30", 4, "2026-07-06"),  # over a weekend
        ("2026-04-02", 1, "2026-04-07"),  # over Easter
        ("2026-12-24", 1, "2026-12-29"),  # Boxing Day falls on a Saturday: the Monday is a holiday
        ("2026-08-28", 1, "2026-09-01"),  # the summer bank holiday
        ("2022-06-01", 1, "2022-06-06"),  # two days of jubilee
    ],
)
def test_working_days_pass_over_weekends_and_bank_holidays(day, number, found):
    assert periods.working_day_after(dt.date.fromisoformat(day), number) == dt.date.fromisoformat(found)


def test_a_quarters_figures_are_frozen_on_the_twentieth_working_day():
    assert periods.data_cut_on("2026-27-Q1") == dt.date(2026, 7, 28)
    assert periods.data_cut_on("2025-26-Q3") == dt.date(2026, 1, 29)


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        ("2026-06-30T22:59:00+00:00", "2025-26-Q4"),
        ("2026-06-30T23:00:00+00:00", "2026-27-Q1"),  # it is July in London
        ("2026-12-31T23:59:00+00:00", "2026-27-Q2"),
    ],
)
def test_a_quarter_ends_at_midnight_in_london(moment, quarter):
    assert periods.last_ended_quarter(dt.datetime.fromisoformat(moment)) == quarter


def test_only_whole_periods_are_owed():
    months = periods.periods_between("month", dt.date(2026, 5, 20), dt.date(2026, 7, 30))
    assert [period.start_on.month for period in months] == [5, 6]
    assert periods.periods_between("quarter", dt.date(2026, 4, 1), dt.date(2026, 6, 29)) == []
    assert len(periods.periods_between("quarter", dt.date(2026, 4, 1), dt.date(2026, 6, 30))) == 1


def test_beyond_the_listed_bank_holidays_no_day_passes_for_a_working_day():
    assert periods.working_day_after(dt.date(2030, 12, 24), 3) == dt.date(2030, 12, 31)
    with pytest.raises(ValueError, match=r"bank holidays of 2031.*bank_holidays\.csv"):
        periods.working_day_after(dt.date(2030, 12, 24), 4)


@pytest.mark.parametrize("name", ["2024-25", "2024_25", "2024/25"])
def test_a_financial_year_is_named_by_its_two_halves(name):
    assert periods.year_named(name) == (dt.date(2024, 4, 1), dt.date(2025, 3, 31))
    assert periods.year_of(dt.date(2025, 3, 31)) == periods.year_named(name)


@pytest.mark.parametrize("name", ["2024", "2024-26", "24-25", "2024-25-Q1"])
def test_what_is_no_financial_year_is_refused(name):
    with pytest.raises(ValueError, match="not a financial year"):
        periods.year_named(name)


def test_a_year_is_owed_once_it_is_over():
    assert len(periods.periods_between("year", dt.date(2023, 6, 1), dt.date(2026, 3, 30))) == 2


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("2024-02", "2024-02-01", "2024-02-29"), ("2023-24-Q4", "2024-01-01", "2024-03-31")],
)
def test_a_period_is_named_as_a_month_or_a_financial_quarter(name, first, last):
    assert periods.period_named(name) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("name", ["2024", "2024-13", "03/2024", "2024-Q4"])
def test_any_other_name_of_a_period_is_refused_with_a_remedy(name):
    with pytest.raises(ValueError, match="write"):
        periods.period_named(name)


def test_periods_overlap_when_they_have_a_day_in_common():
    march, quarter = periods.period_named("2024-03"), periods.period_named("2023-24-Q4")
    assert march.overlaps(quarter)
    assert quarter.overlaps(march)
    assert not march.overlaps(periods.period_named("2024-04"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-29", "2026-07-29T05:00+00:00"),
        ("2026-07-29T07:00", "2026-07-29T06:00+00:00"),
        ("2026-01-29T07:00", "2026-01-29T07:00+00:00"),
        ("2026-07-29T07:00+00:00", "2026-07-29T07:00+00:00"),
    ],
)
def test_a_moment_without_a_zone_is_londons(text, moment):
    assert periods.moment_named(text) == dt.datetime.fromisoformat(moment)


def test_what_is_no_moment_is_refused_with_an_example():
    with pytest.raises(ValueError, match="2026-07-29T07:00"):
        periods.moment_named("next Tuesday")
