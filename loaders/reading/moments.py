"""Read days, times and periods as senders write them; what can be read two ways is not read."""

import datetime as dt
import re
from functools import lru_cache

from warehouse.periods import YEARS, Period, month_of, quarter_named

_MIDNIGHT = dt.datetime.combine(dt.date(1899, 12, 30), dt.time())
"""Of the day that Excel calls nought."""
_SERIAL = re.compile(r"\d{1,7}(\.\d+)?")
_FIRST_SERIAL = 61
"""1 March 1900: before it, Excel counts a day that never was."""
_LAST_SERIAL = 2_958_465
_TIME = re.compile(r"(\d{1,2})[:.]?(\d{2})(?:[:.]?(\d{2})(?:\.\d+)?)?")
_LETTERS = {
    "%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%b": "Mon", "%B": "Month", "%H": "hh", "%I": "hh", "%M": "mm",
    "%S": "ss", "%f": "ffffff", "%p": "am/pm", "%z": "+hh:mm", "%Z": "zone", "%a": "Day", "%A": "Day",
    "%j": "day number",
}  # fmt: skip
_AS_TOLD = {
    "iso": "YYYY-MM-DD",
    "excel": "a day number of Excel",
    "period_start": "a period such as June 2025",
    "period_end": "a period such as June 2025",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def in_words(forms: tuple[str, ...]) -> str:
    """Return forms of date as people write them: DD/MM/YYYY or DD-Mon-YY."""
    told = (_AS_TOLD.get(form) or re.sub("%[A-Za-z]", lambda found: _LETTERS.get(found[0], ""), form) for form in forms)
    return " or ".join(dict.fromkeys(told))


@lru_cache(maxsize=4096)
def moment(text: str, forms: tuple[str, ...]) -> dt.datetime | None:
    """Return what a text says in the first of the forms it has; None where it has none of them."""
    for form in forms:
        try:
            if form in _WORDS:
                found = _WORDS[form](text)
            else:
                found = dt.datetime.strptime(text, form)  # noqa: DTZ007 - made aware by the caller
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found
    return None


def time(text: str, forms: tuple[str, ...]) -> dt.time | None:
    """Return a time of day: 9:30, 09:30:00, 930, 0930, and a fraction of a day where Excel's numbers are agreed."""
    if found := _TIME.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
    if "excel" in forms and re.fullmatch(r"0?\.\d+", text):
        return (_MIDNIGHT + dt.timedelta(seconds=round(float(text) * 86_400))).time()
    return None


def _excel(text: str) -> dt.datetime | None:
    if not _SERIAL.fullmatch(text) or not _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        return None
    day, _, fraction = text.partition(".")
    seconds = round(float(f"0.{fraction or 0}") * 86_400)
    return _MIDNIGHT + dt.timedelta(days=int(day), seconds=seconds)


def _period_start(text: str) -> dt.datetime | None:
    found = period(text)
    return found and dt.datetime.combine(found.start_on, dt.time())


def _period_end(text: str) -> dt.datetime | None:
    found = period(text)
    return found and dt.datetime.combine(found.end_on, dt.time())


def period(text: str) -> Period | None:
    """Return the month, financial quarter or financial year that a text names; None for any other, such as 2024.

    Read are Jun-25, June 2025, 2025-06, 06/2025, AUGUST 2025_26, Q1 2025/26, 2025-26-Q1 and 2025/26.
    """
    try:
        found = _named(text)
    except ValueError:  # a year beyond those of the calendar
        return None
    return found if found and found.start_on.year in YEARS else None


def _named(text: str) -> Period | None:
    plain = re.sub(r"[\s_/-]+", " ", text.strip().lower())
    if found := re.fullmatch(r"([a-z]{3,9}) ?'?(\d{4}|\d{2})", plain):
        year = int(found[2]) + (2000 if len(found[2]) == 2 else 0)
        return _month(year, _month_number(found[1]))
    if found := re.fullmatch(r"([a-z]{3,9}) (\d{4}) (\d{2})", plain):
        month = _month_number(found[1])
        return (
            _month(int(found[2]) + (month is not None and month < 4), month) if _follows(found[2], found[3]) else None
        )
    if found := re.fullmatch(r"q([1-4]) (\d{4}) (\d{2})|(\d{4}) (\d{2}) q([1-4])", plain):
        number, year, after = (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
        return quarter_named(f"{year}-{after}-Q{number}")
    if found := re.fullmatch(r"(\d{4}) (\d{2})", plain):
        is_month, is_year = 1 <= int(found[2]) <= 12, _follows(found[1], found[2])
        if is_month == is_year:  # neither, or 2011-12, which is both
            return None
        year = int(found[1])
        return _month(year, int(found[2])) if is_month else Period(dt.date(year, 4, 1), dt.date(year + 1, 3, 31))
    if found := re.fullmatch(r"(\d{2}) (\d{4})", plain):
        return _month(int(found[2]), int(found[1]))
    return None


def _month(year: int, month: int | None) -> Period | None:
    return month_of(dt.date(year, month, 1)) if month and 1 <= month <= 12 else None


def _month_number(name: str) -> int | None:
    for number, short in enumerate(_MONTHS, start=1):
        if name == short or dt.date(2000, number, 1).strftime("%B").lower() == name or (name, short) == ("sept", "sep"):
            return number
    return None


def _follows(year: str, after: str) -> bool:
    return (int(year) + 1) % 100 == int(after)


_WORDS = {
    "iso": dt.datetime.fromisoformat,
    "excel": _excel,
    "period_start": _period_start,
    "period_end": _period_end,
}
