"""Guess from one file's name how a sender names its files, and how often one comes."""

import re

from loaders import identifiers

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".json", ".ndjson", ".jsonl", ".parquet", ".zip", ".gz")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_LONG_MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
_PERIODS = (
    (r"\d{4}-\d{2}-Q[1-4]", "{quarter}"),
    # 2011-12 is a year too, and a month no less: what comes now is of later ones.
    (r"(?<!\d)20\d\d[-_](?:1[3-9]|[2-9]\d)(?!\d)", "{year}"),
    (r"(?<!\d)20\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)", "{{period:%Y{0}%m{0}%d}}"),
    (r"(?<!\d)(?:0[1-9]|[12]\d|3[01])([-_.])(?:0[1-9]|1[0-2])\1(?:20\d\d)(?!\d)", "{{period:%d{0}%m{0}%Y}}"),
    (r"(?<!\d)20\d\d([-_. ]?)(?:0[1-9]|1[0-2])(?!\d)", "{{period:%Y{0}%m}}"),
    (r"(?<!\d)(?:0[1-9]|1[0-2])([-_. ])20\d\d(?!\d)", "{{period:%m{0}%Y}}"),
    (rf"(?:{_LONG_MONTHS})([-_ ]?)20\d\d(?!\d)", "{{period:%B{0}%Y}}"),
    (rf"(?:{_MONTHS})([-_ ]?)20\d\d(?!\d)", "{{period:%b{0}%Y}}"),
    (rf"(?:{_MONTHS})([-_ ]?)\d\d(?!\d)", "{{period:%b{0}%y}}"),
)


class OnboardingError(ValueError):
    """A sample from which no provider file can be drafted; the message says what to do."""


def file_pattern(name: str, every: str | None = None) -> tuple[str, str, list[str]]:
    """Return `files:` for a file of this name, how often one is expected, and the doubts."""
    doubts: list[str] = []
    stem, ending = name, ""
    while found := next((one for one in ENDINGS if stem.lower().endswith(one)), None):
        stem, ending = stem[: -len(found)], stem[-len(found) :] + ending
    if identifiers.holds_identifier(stem):
        raise OnboardingError("the sample's name holds something that can identify a person; rename it first")
    stem = re.sub(r"[{}]", "*", stem)
    stem, versions = re.subn(r"_v\d{1,3}$", "{version}", stem, flags=re.IGNORECASE)
    stem = re.sub(r"(?i)(?<![a-z])(provisional|performance|final)(?![a-z])", "{status}", stem, count=1)
    period = None
    for pattern, token in _PERIODS:
        if found := re.search(pattern, stem):
            period = token.format(found[1]) if found.re.groups else token
            stem = stem[: found.start()] + period + stem[found.end() :]
            break
    if period and re.search(r"\d{4}", re.sub(r"\{[^}]*\}", "", stem)):
        doubts.append("the name holds more digits than its period; put * where they change")
    files = stem + ("" if versions else "{version}") + ending
    named = {"{quarter}": "quarter", "{year}": "year", None: "once"}
    guessed = named.get(period, "month")
    if every and every != "once" and not period:
        doubts.append(f"one is owed every {every}, and the name says no period: agree names such as x_2026-06{ending}")
        return files, "once", doubts
    if not every and guessed == "month":
        doubts.append("taken as monthly, because its name says a month; every: may be quarter")
    if not every and not period:
        doubts.append("its name says no period, so it is expected once; agree names with a month for more")
    return files, every or guessed, doubts
