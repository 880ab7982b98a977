"""What a file's name says: the pattern its feed gives for it, and the period, version and tokens found by that."""

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from warehouse.periods import PERIOD_OF, YEARS, Period, quarter_id, quarter_named, quarter_of, year_named

STATUSES = ("provisional", "performance", "final")
"""From the first word of a body of statistics to its last."""
FACTS = ("period_start", "period_end", "quarter", "year", "version", "status")
"""What every feed may take from a file's name under `file:`, beside the tokens of its own."""
_PARTS = re.compile(r"(\{(?:[^{}]|\{[^{}]*\})+\}|\*)")
_TOKENS = {
    "quarter": r"(?P<quarter>\d{4}-\d{2}-Q[1-4])",
    "year": r"(?P<year>\d{4}[-_]\d{2})",
    "version": r"(?:[ _-][vV](?P<version>\d{1,3}))?",
    "status": r"(?P<status>[Pp]rovisional|[Pp]erformance|[Ff]inal)",
}
_DIGITS = {"%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]+"}
_ON_ONE_LINE = r"[^/\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*"
"""Any text that no line break divides: names are told one to a line."""
_REMEDY = (
    "use {period:%Y-%m}, {quarter}, {year}, {version}, {status}, * or a token of your own such as {site:[A-Z0-9]+}"
)


class FileName(NamedTuple):
    """What a file's name says. `facts` are what a column may be filled from: texts, and days for the period's ends."""

    period: Period | None
    version: int
    status_rank: int
    facts: dict[str, str | dt.date]


@lru_cache(maxsize=1024)
def pattern(files: str) -> str:
    """Return a feed's `files:` as a regular expression. Raises ValueError with the remedy."""
    built = "".join(
        _token(part) if part.startswith("{") or part == "*" else re.escape(part) for part in _PARTS.split(files)
    )
    try:
        re.compile(built)
    except re.error:
        raise ValueError(f"'{files}' is no pattern, or names a token twice; {_REMEDY}") from None
    return built


def tokens(files: str) -> set[str]:
    """Return what `file:` may name for files of this pattern."""
    own = set(re.compile(pattern(files)).groupindex)
    return own - {"period"} | ({"period_start", "period_end"} if own & {"period", "quarter", "year"} else set())


def says_period(files: str) -> bool:
    """Say whether names of this pattern hold a period."""
    return bool({"period", "quarter", "year"} & set(re.compile(pattern(files)).groupindex))


def read(files: str, every: str, path: str) -> FileName | None:
    """Return what a path says; None where it is no file of this pattern or names no period there is."""
    # A name that came over the web may still have its spaces as %20.
    found = re.fullmatch(pattern(files), path) or re.fullmatch(pattern(files), unquote(path))
    if found is None:
        return None
    parts = {name: text for name, text in found.groupdict().items() if text is not None}
    try:
        period = _period(files, every, parts)
    except ValueError:
        return None
    if period and period.start_on.year not in YEARS:
        return None
    facts: dict[str, str | dt.date] = {name: text for name, text in parts.items() if name != "period"}
    if period:
        facts |= {"period_start": period.start_on, "period_end": period.end_on}
    return FileName(
        period=period,
        version=int(parts.get("version", 1)),
        status_rank=STATUSES.index(parts.get("status", STATUSES[0]).lower()),
        facts=facts,
    )


def made(files: str, period: Period | None, day: dt.date) -> str:
    """Return the name that a pattern gives to what we ask for ourselves: about a period, or on a day where a * stands.

    Raises ValueError for a pattern that only a sender can fill in.
    """

    def fill(part: str) -> str:
        name, _, form = part[1:-1].partition(":")
        if part == "*":
            return day.isoformat()
        if name == "period" and period:
            return period.start_on.strftime(form)
        if name == "quarter" and period:
            return quarter_id(period.start_on)
        if name == "year" and period:
            return quarter_id(period.start_on)[:7]
        if name == "version":
            return ""
        raise ValueError(f"files: {part} is for a sender to fill in, and here we give the name; leave it out")

    return "".join(fill(part) if part.startswith("{") or part == "*" else part for part in _PARTS.split(files))


def _token(part: str) -> str:
    if part == "*":
        return _ON_ONE_LINE
    name, _, form = part[1:-1].partition(":")
    if name == "period" and form:
        pieces = re.split(r"(%[A-Za-z])", form)
        return "(?P<period>" + "".join(_DIGITS.get(piece, re.escape(piece)) for piece in pieces) + ")"
    if not form and name in _TOKENS:
        return _TOKENS[name]
    if not form or name in (*FACTS, "period") or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{{{name}}} is not known; {_REMEDY}")
    if re.search(r"\((?!\?:)", form):
        raise ValueError(f"{{{name}}}: write (?:…) for a group; {_REMEDY}")
    return f"(?P<{name}>{form})"


def _period(files: str, every: str, parts: dict[str, str]) -> Period | None:
    if "quarter" in parts:
        return quarter_named(parts["quarter"])
    if "year" in parts:
        return year_named(parts["year"])
    if "period" in parts:
        form = re.search(r"\{period:([^}]+)\}", files).group(1)
        day = dt.datetime.strptime(parts["period"], form).date()  # noqa: DTZ007 - a day
        return PERIOD_OF.get(every, quarter_of)(day)
    return None
