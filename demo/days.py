"""Count in months, quarters and working days of England."""

from __future__ import annotations

from datetime import date, timedelta

BANK_HOLIDAYS = {
    date(year, month, day)
    for year, days in {
        2023: [(5, 1), (5, 8), (5, 29), (8, 28), (12, 25), (12, 26)],
        2024: [(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)],
        2025: [(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)],
        2026: [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)],
    }.items()
    for month, day in days
}


def month_of(text: str) -> date:
    """`2024-05` as the first day of that month."""
    return date.fromisoformat(f"{text}-01")


def next_month(day: date, months: int = 1) -> date:
    """The first day of the month so many months after the month of a day."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    return next_month(day) - timedelta(days=1)


def months(first: str, last: str) -> list[date]:
    """The first days of all months from one to another, both included."""
    month, found = month_of(first), []
    while month <= month_of(last):
        found.append(month)
        month = next_month(month)
    return found


def quarter_ends(first: str, last: str) -> list[date]:
    return [month_end(month) for month in months(first, last) if month.month % 3 == 0]


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def working_day_after(day: date, count: int) -> date:
    """The so-manieth working day after a day; with 0, the day itself or the next working day."""
    if count == 0:
        while not is_working(day):
            day += timedelta(days=1)
        return day
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def weekday_of_month(month: date, weekday: int, which: int) -> date:
    """The first, second … given weekday (Monday 0) of a month."""
    first = month.replace(day=1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
