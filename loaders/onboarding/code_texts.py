"""Tell category texts from words about a person: only texts that are surely codes may leave a sample."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache

from expectations.codes import code_list, names
from expectations.contract import load_contracts
from loaders import identifiers

MOST_CODES = 40
"""Distinct texts above which a column is no list of categories."""
LONGEST_CODE = 60
MOST_WORDS = 6
"""Words above which a text is a sentence; small ones such as 'of' are not counted."""
LIKELY = 0.8
"""Likeness from which an unknown text is guessed to be a code: 'Patient' and 'Parent' must not be."""
FEWEST = 3
"""Times that an unknown text must recur before it may be shown."""
_USUAL = {
    "y": "yes", "n": "no", "true": "yes", "false": "no", "u": "not_known", "unknown": "not_known",
    "not recorded": "not_known", "dk": "not_known", "don't know": "not_known",
}  # fmt: skip
_ACRONYM = re.compile(r"[A-Z][A-Z0-9_/-]{0,9}")
_STOP = {"a", "an", "and", "by", "for", "in", "is", "it", "not", "of", "on", "or", "the", "to", "was", "with"}


def split(texts: Counter, name: str, learnt: Mapping[str, str]) -> "Codes":
    """Sort a column's texts by what they mean in the code list `name`.

    `learnt` is what other senders write (folded text → code). Only texts of `shown` may be written anywhere.
    """
    listed, found = _listed(name), Codes()
    learnt = _usual(name) | dict(learnt)
    is_category = len(texts) <= MOST_CODES
    for text, count in texts.most_common():
        folded = fold(text)
        if folded in listed:
            continue
        if folded in learnt:
            found.mapped[text] = learnt[folded]
        elif not (is_category and is_code_like(text, listed)):
            found.hidden += 1
        elif likely := _likely(folded, listed):
            found.guessed[text] = likely
        elif count < FEWEST:
            found.hidden += 1
        else:
            found.unknown.append(text)
    return found


def understood(texts: Counter, name: str, learnt: Mapping[str, str]) -> float:
    """Return the share of a column's cells that the code list understands; what only stands for a code counts half."""
    listed, usual = _listed(name), _usual(name)
    if not texts or len(texts) > 5 * MOST_CODES:
        return 0.0
    worth = 0.0
    for text, count in texts.items():
        folded = fold(text)
        if folded in listed or folded in learnt or folded in usual:
            worth += count
        elif _ACRONYM.fullmatch(text) and any(_stands_for(text, one) for one in listed):
            worth += count / 2
    return worth / texts.total()


class Codes:
    """What a column's texts come to, of those that are no codes yet: mapped as others map them, guessed, unknown."""

    def __init__(self) -> None:
        self.mapped: dict[str, str] = {}
        self.guessed: dict[str, str] = {}
        self.unknown: list[str] = []
        self.hidden = 0
        """Distinct texts that may not be shown: rare, or they could be words about a person."""

    def in_words(self) -> str:
        """Return what is not understood, as far as it may be shown."""
        parts = [f"{text!r} ({code}?)" for text, code in self.guessed.items()] + [repr(text) for text in self.unknown]
        rest = f"{self.hidden} not shown, as they might be about a person" if self.hidden else ""
        return ", ".join(filter(None, (*parts, rest)))


def is_code_like(text: str, listed: Iterable[str] = ()) -> bool:
    """Say whether a text that recurs is a category and cannot be a name: digits in capitals, or words of our own."""
    if len(text) > LONGEST_CODE or identifiers.holds_identifier(text) or identifiers.is_nhs_number(text):
        return False
    if _ACRONYM.fullmatch(text):
        # A surname in capitals has no digit, and stands for no word of the list.
        return any(letter.isdigit() for letter in text) or any(_stands_for(text, one) for one in listed)
    if text.isdigit():
        return len(text) <= 3
    return bool(words := _words(text)) and len(words) <= MOST_WORDS and all(word in _vocabulary() for word in words)


def has_a_word_of_ours(text: str) -> bool:
    """Say whether a text holds a word that contracts or code lists use, as headings mostly do."""
    return any(word in _vocabulary() for word in _words(text.replace("_", " ")))


def fold(text: str) -> str:
    """Return a text as codes are compared: without case and odd spaces."""
    return " ".join(text.casefold().split())


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1, by their letters alone."""
    return SequenceMatcher(None, _squeezed(one), _squeezed(other), autojunk=False).ratio()


def _likely(folded: str, listed: Mapping[str, str]) -> str | None:
    """Return the code that a text most likely stands for; None when nothing comes near or two come equally near."""
    scores: dict[str, float] = {}
    own = set(_words(folded))
    for known, code in listed.items():
        theirs = set(_words(known))
        score = likeness(folded, known)
        if own and theirs and (own <= theirs or theirs <= own):
            score = max(score, 0.8)
        if _ACRONYM.fullmatch(folded.upper()) and _stands_for(folded, known):
            score = max(score, 0.85)
        scores[code] = max(score, scores.get(code, 0.0))
    ranked = sorted(scores, key=scores.get, reverse=True)
    if not ranked or scores[ranked[0]] < LIKELY:
        return None
    return ranked[0] if len(ranked) < 2 or scores[ranked[0]] - scores[ranked[1]] > 0.02 else None


def _stands_for(short: str, known: str) -> bool:
    """Say whether capitals stand for a known text: its beginning, or the beginnings of its words."""
    squeezed = _squeezed(short)
    initials = "".join(word[0] for word in _words(known))
    if len(squeezed) > 3:
        return _squeezed(known).startswith(squeezed[:5])
    return len(squeezed) > 1 and squeezed == initials


@cache
def _listed(name: str) -> dict[str, str]:
    """Return what the reader understands by itself: codes, labels, and codes that lost their noughts to Excel."""
    codes = code_list(name)
    bare = {code.lstrip("0") or "0": code for code in codes if code.isdigit()}
    return bare | {fold(label): code for code, label in codes.items()} | {fold(code): code for code in codes}


@cache
def _usual(name: str) -> dict[str, str]:
    return {text: code for text, code in _USUAL.items() if code in code_list(name)}


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.casefold()) if word not in _STOP]


@cache
def _vocabulary() -> frozenset[str]:
    """Words of the code lists and contracts: whoever is called so is not found out by it."""
    said = [text for name in names() if name != "measure" for pair in code_list(name).items() for text in pair]
    for contract in load_contracts().values():
        said += [contract.title, contract.description]
        for column in contract.columns:
            said += [column.name, column.description]
    found = {word for text in said for word in _words(text)}
    return frozenset(found | {f"{word}s" for word in found} | {word.removesuffix("s") for word in found})
