"""Months, financial quarters and working days: which period a file is about and when it was due."""

import calendar
import csv
import datetime as dt
import re
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from warehouse.paths import ROOT

LONDON = ZoneInfo("Europe/London")
YEARS = range(1900, 2101)
"""Years that a sender can mean: 0026 is a slip of the hand, and 9999 another word for never."""
DATA_CUT_WORKING_DAY = 20
"""Working day after a quarter's end on which its report's figures are frozen."""


def moment_named(text: str) -> dt.datetime:
    """Return the moment of an ISO text; a day is its morning, and one without a zone is London's. Raises ValueError."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write a day as 2026-07-29, or a moment as 2026-07-29T07:00+01:00") from None
    if len(text) <= 10:
        moment = moment.replace(hour=6)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


class Period(NamedTuple):
    """A closed range of days."""

    start_on: dt.date
    end_on: dt.date

    def overlaps(self, other: "Period") -> bool:
        """Say whether the two have a day in common."""
        return self.start_on <= other.end_on and other.start_on <= self.end_on


def month_of(day: dt.date) -> Period:
    """Return the calendar month that holds `day`."""
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def quarter_of(day: dt.date) -> Period:
    """Return the financial quarter (three calendar months from April, July, October, January) that holds `day`."""
    first = dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Period(first, month_of(first + dt.timedelta(days=70)).end_on)


def year_of(day: dt.date) -> Period:
    """Return the financial year (April to March) that holds `day`."""
    first = dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)
    return Period(first, dt.date(first.year + 1, 3, 31))


def year_named(name: str) -> Period:
    """Return the financial year of a name such as 2024-25 or 2024_25. Raises ValueError for one that is none."""
    found = re.fullmatch(r"(\d{4})[-_/](\d{2})", name)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise ValueError(f"{name} is not a financial year; write it as 2024-25 (April 2024 to March 2025)")
    return year_of(dt.date(int(found[1]), 4, 1))


def quarter_id(day: dt.date) -> str:
    """Return the financial quarter's name: 2026-07-01 lies in 2026-27-Q2."""
    year = day.year if day.month >= 4 else day.year - 1
    return f"{year}-{(year + 1) % 100:02d}-Q{(day.month - 4) % 12 // 3 + 1}"


def quarter_named(name: str) -> Period:
    """Return the period of a financial quarter such as 2026-27-Q2 (July to September 2026).

    Raises ValueError with both readings for an ambiguous 2026-Q2.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})-Q([1-4])", name)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        short = re.fullmatch(r"(\d{4})-Q([1-4])", name)
        if short:
            year, number = int(short[1]), int(short[2])
            calendar_quarter = dt.date(year, 3 * number - 2, 1)
            raise ValueError(
                f"{name} can be read two ways: financial {year}-{(year + 1) % 100:02d}-Q{number},"
                f" or calendar, which is {quarter_id(calendar_quarter)}; write the one you mean"
            )
        raise ValueError(f"{name} is not a financial quarter; write it as 2026-27-Q1 (April to June 2026)")
    month = 3 * int(found[3]) + 1
    year = int(found[1]) + (1 if month > 12 else 0)
    return quarter_of(dt.date(year, (month - 1) % 12 + 1, 1))


def period_named(name: str) -> Period:
    """Return the period of a month such as 2024-03, or of a financial quarter. Raises ValueError with the remedy."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", name):
        return month_of(dt.date.fromisoformat(f"{name}-01"))
    if "Q" in name:
        return quarter_named(name)
    raise ValueError(f"{name} is no period; write a month as 2024-03, or a financial quarter as 2023-24-Q4")


def last_ended_quarter(as_of: dt.datetime) -> str:
    """Return the financial quarter that ended last, on the day of `as_of` in London."""
    return quarter_id(quarter_of(as_of.astimezone(LONDON).date()).start_on - dt.timedelta(days=1))


def data_cut_on(quarter: str) -> dt.date:
    """Return the day on which a quarter's figures are frozen."""
    return working_day_after(quarter_named(quarter).end_on, DATA_CUT_WORKING_DAY)


PERIOD_OF = {"month": month_of, "quarter": quarter_of, "year": year_of}
"""How often a feed is owed → the period that holds a day."""


def periods_between(every: str, first: dt.date, last: dt.date) -> list[Period]:
    """Return the whole months, quarters or years that start on or after `first`'s and end on or before `last`."""
    of = PERIOD_OF[every]
    found, period = [], of(first)
    while period.end_on <= last:
        found.append(period)
        period = of(period.end_on + dt.timedelta(days=1))
    return found


def working_day_after(day: dt.date, number: int) -> dt.date:
    """Return the `number`-th working day after `day` (not Saturday, Sunday or a bank holiday in England and Wales).

    Raises ValueError beyond the last year whose bank holidays are listed.
    """
    while number > 0:
        day += dt.timedelta(days=1)
        if day.year > (last := max(_bank_holidays()).year):
            raise ValueError(
                f"working days are known to the end of {last} only; add the bank holidays of {last + 1} and the years"
                " after it, as gov.uk/bank-holidays announces them, to dbt_project/seeds/bank_holidays.csv"
            )
        if day.weekday() < 5 and day not in _bank_holidays():
            number -= 1
    return day


def is_working_day(day: dt.date) -> bool:
    """Say whether people in England are at work on a day."""
    return working_day_after(day - dt.timedelta(days=1), 1) == day


@cache
def _bank_holidays() -> frozenset[dt.date]:
    # The seed is the one list of bank holidays; dim_date reads it too.
    with (ROOT / "dbt_project" / "seeds" / "bank_holidays.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(dt.date.fromisoformat(row["bank_holiday_on"]) for row in csv.DictReader(file))
