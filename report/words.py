"""Turn published rows into short plain sentences, by rules that are tested one by one.

A sentence is a tuple of parts: plain text, numbers that know which published figure they print, dates, codes, and other
people's words. Every face of the report renders the same parts, so no face can print a number of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from report.rows import Figure

# A share of fewer than this many is printed as "2 of 7", never as a percentage.
SMALLEST_BASE_FOR_A_PERCENTAGE = 20
LONDON = ZoneInfo("Europe/London")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
QUARTER_MONTHS = {
    "Q1": ("April", "June"),
    "Q2": ("July", "September"),
    "Q3": ("October", "December"),
    "Q4": ("January", "March"),
}
NOT_A_NUMBER = {
    "suppressed": "too few to print",
    "too_few_to_say": "too few to say",
    "no_evidence": "no evidence received",
    "not_applicable": "does not apply",
}


@dataclass(frozen=True)
class Number:
    """A figure as it is printed."""

    figure: Figure
    text: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        value = "" if self.figure.value is None else f"{self.figure.value:.10g}"
        named = f'data-figure="{escape(self.figure.figure_id)}" value="{value}"'
        return f'<data class="figure" {named}>{escape(self.text)}</data>'


@dataclass(frozen=True)
class Before:
    """A figure as another edition printed it; its row stands there."""

    edition_id: str
    number: Number

    def __str__(self) -> str:
        return self.number.text

    def __html__(self) -> str:
        figure = self.number.figure
        value = "" if figure.value is None else f"{figure.value:.10g}"
        named = f'data-before="{escape(self.edition_id)}" data-of="{escape(figure.figure_id)}" value="{value}"'
        return f'<data class="figure" {named}>{escape(self.number.text)}</data>'


@dataclass(frozen=True)
class Day:
    """A date, or a month, as it is read aloud."""

    on: date
    text: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        return f'<time datetime="{self.on.isoformat()}">{escape(self.text)}</time>'


@dataclass(frozen=True)
class Code:
    """A code of the register or of the report itself: a quarter id, a rule, an expectation."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        return f'<span class="code">{escape(self.text)}</span>'


@dataclass(frozen=True)
class Words:
    """Text that somebody else wrote: public words, or the name of a service or organisation."""

    text: str
    is_quoted: bool = False

    def __str__(self) -> str:
        return f"“{self.text}”" if self.is_quoted else self.text

    def __html__(self) -> str:
        tag = "q" if self.is_quoted else "span"
        return f'<{tag} class="words">{escape(self.text)}</{tag}>'


Part = "str | Number | Day | Code | Words | Sentence"


@dataclass(frozen=True)
class Sentence:
    """Parts in order. `str()` is the plain text, `__html__()` the marked one; both say the same."""

    parts: tuple

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    def __html__(self) -> str:
        return Markup("").join(self.parts)

    def __bool__(self) -> bool:
        return bool(str(self))

    def __add__(self, other: object) -> Sentence:
        return say(self, other)


def say(*parts: object) -> Sentence:
    """Join parts into one sentence; `None` is left out."""
    flat: list[object] = []
    for part in parts:
        if part is None:
            continue
        flat.extend(part.parts if isinstance(part, Sentence) else (part,))
    return Sentence(tuple(flat))


def sentence(*parts: object) -> Sentence:
    """Join parts, begin with a capital, end with a full stop."""
    said = say(*parts)
    if not said:
        return said
    first, *rest = said.parts
    if isinstance(first, str):
        first = opened(first)
    elif isinstance(first, Number | Words):
        first = replace(first, text=opened(first.text))
    end = "" if str(said).endswith((".", "?", "!", ":")) else "."
    return Sentence((first, *rest, end))


def paragraph(*sentences: Sentence | None) -> Sentence:
    """Several sentences with a space between; empty ones vanish."""
    kept = [one for one in sentences if one]
    spaced = [piece for one in kept for piece in (one, " ")][:-1]
    return say(*spaced)


def listed(items: Sequence[object], last: str = " and ", between: str = ", ") -> Sentence:
    """a, b and c."""
    parts: list[object] = []
    for place, item in enumerate(items):
        if place:
            parts.append(last if place == len(items) - 1 else between)
        parts.append(item)
    return say(*parts)


# Numbers


def plain(value: float, decimals: int = 0) -> str:
    """1,204 · 3.4 · 0; a rounded nothing never shows as minus nothing."""
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def number(figure: Figure | None) -> Number | str:
    """A figure by itself: its value, or in words why there is none."""
    if figure is None:
        return "no evidence received"
    if figure.value is None:
        return Number(figure, NOT_A_NUMBER.get(figure.value_state, "not known"))
    if figure.unit == "share of 1":
        return Number(figure, plain(figure.value * 100) + "%")
    if figure.unit == "gbp":
        return Number(figure, "£" + plain(figure.value, figure.decimals))
    return Number(figure, plain(figure.value, figure.decimals))


def nothing(figure: Figure | None) -> bool:
    """True for a real zero, and only for a real zero."""
    return figure is not None and figure.value == 0


def known(figure: Figure | None) -> bool:
    return figure is not None and figure.value is not None


def counted(figure: Figure | None, singular: str, plural: str) -> Sentence:
    """no inputs · 1 input · 12 inputs · too few inputs to print · about 45 people (counts of people are rounded)."""
    if figure is None or figure.value_state == "no_evidence":
        return say(f"no evidence about {plural}")
    if figure.value is None:
        return say(Number(figure, f"too few {plural} to print"))
    if figure.value == 0:
        return say(Number(figure, "no"), f" {plural}")
    about = "about " if is_rounded(figure) else ""
    return say(about, number(figure), " ", singular if figure.value == 1 else plural)


def is_rounded(figure: Figure) -> bool:
    return (
        figure.disclosure_class == "people"
        and bool(figure.value)
        and figure.statistic in ("count", "numerator", "denominator")
    )


def out_of(numerator: Figure | None, denominator: Figure | None, share: Figure | None = None) -> Sentence:
    """2 of 7 · none of 7 · all 7 · 62% (25 of 40); a base that is nothing or not known is said in words.

    46 people of 47 are printed as 45 of 45: where counts are rounded nobody can say that it was all of them.
    """
    if denominator is None or denominator.value_state == "no_evidence":
        return say("no evidence received")
    if numerator is None or numerator.value is None or denominator.value is None:
        why = numerator if numerator is not None and numerator.value is None else denominator
        return say(Number(why, NOT_A_NUMBER.get(why.value_state, "too few to say")))
    if denominator.value == 0:
        return say("nothing to count")
    of = say(number(numerator), " of ", number(denominator))
    if numerator.value == 0:
        of = say(Number(numerator, "none"), " of ", number(denominator))
    elif numerator.value == denominator.value and not is_rounded(numerator):
        of = say("all ", number(denominator)) if denominator.value > 1 else of
    if known(share) and denominator.value >= SMALLEST_BASE_FOR_A_PERCENTAGE:
        return say(number(share), " (", number(numerator), " of ", number(denominator), ")")
    return of


def days(figure: Figure | None) -> Sentence:
    """the same day · 1 day · 41 days."""
    if not known(figure):
        return say(number(figure))
    if figure.value == 0:
        return say(Number(figure, "the same day"))
    return say(number(figure), " day" if figure.value == 1 else " days")


def likely_between(lower: Figure | None, upper: Figure | None) -> Sentence:
    """An interval in words; nothing when either end is missing."""
    if not (known(lower) and known(upper)):
        return say()
    return say("the true figure is likely to lie between ", number(lower), " and ", number(upper))


# Time


def day(on: date | datetime | None, otherwise: str = "not recorded") -> Day | str:
    """3 April 2026, in London."""
    if on is None:
        return otherwise
    if isinstance(on, datetime):
        on = on.astimezone(LONDON).date() if on.tzinfo else on.date()
    return Day(on, f"{on.day} {MONTHS[on.month - 1]} {on.year}")


def month(on: date) -> Day:
    return Day(on, f"{MONTHS[on.month - 1]} {on.year}")


def month_in_short(on: date) -> Day:
    return Day(on, f"{MONTHS[on.month - 1][:3]} {on.year}")


def quarter_in_short(start: date) -> Day:
    """Apr to Jun 2026, from its first day."""
    return Day(start, f"{MONTHS[start.month - 1][:3]} to {MONTHS[(start.month + 1) % 12][:3]} {start.year}")


def quarter(quarter_id: str) -> Sentence:
    """April to June 2026, from 2026-27-Q1. The last quarter of a financial year lies in the next calendar year."""
    first_year, _, name = quarter_id.split("-")
    first, last = QUARTER_MONTHS[name]
    year = int(first_year) + (name == "Q4")
    return say(f"{first} to ", Day(date(year, MONTHS.index(last) + 1, 1), f"{last} {year}"))


def quarter_days(quarter_id: str) -> tuple[date, date]:
    """The first and the last day of a financial quarter."""
    first_year, _, name = quarter_id.split("-")
    year, starts = int(first_year) + (name == "Q4"), MONTHS.index(QUARTER_MONTHS[name][0]) + 1
    after = date(year + (starts == 10), (starts + 2) % 12 + 1, 1)
    return date(year, starts, 1), after - timedelta(days=1)


# What happened to the measure. "Associated with", never "caused by".

MOVED = {
    "improved": "The change is associated with an improvement in {measure}.",
    "worsened": "Since the change there has been a worsening in {measure}. This report cannot say why.",
    "no_signal": "So far there is no signal either way in {measure}.",
    "too_early": "It is too early to say whether anything has changed in {measure}.",
    "cannot_tell": "We cannot tell whether anything has changed in {measure}.",
}
SHORTLY_MOVED = {
    "improved": "associated with an improvement",
    "worsened": "worse since",
    "no_signal": "no signal either way",
    "too_early": "too early to say",
    "cannot_tell": "cannot tell",
}


def moved(verdict: str | None, measure: str | None) -> Sentence:
    """Whether a measure moved after a change."""
    if not measure or verdict is None:
        return say("No measure was chosen for this change.")
    before, after = MOVED.get(verdict, MOVED["cannot_tell"]).split("{measure}")
    return say(before, Words(lowered(measure)), after)


# Who, what and why have their words in the code lists, and come published. These are the report's own.

ENDS = {
    "told": "Told",
    "no_reply_wanted": "No reply wanted",
    "cannot_be_reached": "Cannot be reached",
    "waiting": "Waiting to hear",
}
STATES = {
    "draft": "Draft",
    "accuracy_check": "Draft, with providers for an accuracy check",
    "network_comment": "Draft, with providers and the network for comment",
    "signed_off": "Signed off, not yet published",
    "published": "Published",
    "corrected": "Published and since corrected",
    "withdrawn": "Withdrawn: do not rely on it",
}


def from_list(words: dict[str, str], code: str | None, otherwise: str = "Not recorded") -> str:
    """The words of a code; a code nobody has words for is read with its underscores opened."""
    if not code:
        return otherwise
    return words.get(code) or opened(code.replace("_", " "))


def lowered(name: str) -> str:
    """A measure's name inside a sentence; NHS stays NHS, and the Friends and Family Test keeps its capitals."""
    is_a_name = name[1:2].isupper() or any(word[:1].isupper() for word in name.split()[1:])
    return name if is_a_name else name[:1].lower() + name[1:]


def continued(sentence: str) -> str:
    """A whole sentence after a colon."""
    return sentence[:1].lower() + sentence[1:]


def opened(name: str) -> str:
    """The same name at the start of a line."""
    return name[:1].upper() + name[1:]


def public(text: str | None, state: str | None) -> Sentence:
    """Words that were written to be printed, or why they are not."""
    if text:
        return say(Words(text))
    return say("Nothing was written down" if state == "none" else "Wording not yet checked")


# A cut that leaves one of these last leaves half a phrase.
LOOSE = (
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "than", "that", "the", "to",
    "was", "were", "who", "whom", "with", "would",
)  # fmt: skip


def within(text: str, most: int) -> str:
    """At most so many words, cut between words, after one that can end a phrase, and shown to be cut."""
    every = text.split()
    if len(every) <= most:
        return " ".join(every)
    kept = every[:most]
    # A capital may be a name: Ward A.
    while len(kept) > 1 and kept[-1].strip(",;:.(") in LOOSE:
        kept.pop()
    return " ".join(kept).rstrip(",;:.(") + " …"


def word_count(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)
