"""Read headings: on one line, joined over several rows, taken for an agreed one, and the place of a column in words."""

import itertools
import string
from collections.abc import Collection, Iterable, Sequence

from loaders.reading.row import clean


def lettered(place: int) -> str:
    """Return what a column (from 0) is called in Excel: column A, column AB."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters, place = string.ascii_uppercase[letter] + letters, place - 1
    return f"column {letters}"


def spaced(heading: str) -> str:
    """Return a heading on one line, without the dirt that means nothing."""
    return " ".join(clean(heading).split())


def drifted(found: Collection[str], declared: Collection[str]) -> dict[str, str]:
    """Return headings of the file that are an agreed one but for case and spaces, where no other comes in question."""

    def by_look(headings: Iterable[str]) -> dict[str, list[str]]:
        looks: dict[str, list[str]] = {}
        for heading in headings:
            looks.setdefault("".join(heading.split()).casefold(), []).append(heading)
        return looks

    strange = by_look(heading for heading in found if heading not in declared)
    if not strange:
        return {}
    absent = by_look(heading for heading in declared if heading not in found)
    return {
        headings[0]: absent[look][0]
        for look, headings in strange.items()
        if len(headings) == 1 and len(absent.get(look, ())) == 1
    }


def cut_in_two(headings: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a heading that a separator in it has cut in two: one opens a bracket, the next closes it."""
    opened = [heading.count("(") - heading.count(")") for heading in headings]
    cuts = (at for at, (this, after) in enumerate(itertools.pairwise(opened)) if this > 0 > after)
    return next(((headings[at], headings[at + 1]) for at in cuts), ())


def joined(levels: list[list[str]]) -> list[str]:
    """Join heading rows by ' | '; an upper cell that is merged over several columns stands over each of them."""
    width = max(len(level) for level in levels)
    levels = [level + [""] * (width - len(level)) for level in levels]
    above = [""] * len(levels)
    headings = []
    for own in zip(*levels, strict=True):
        above = [text or before for text, before in zip(own, above, strict=True)]
        # A column without a lowest heading is named by its own upper cell, never by its neighbour's.
        parts = [*above[:-1], own[-1]] if own[-1] else own
        headings.append(" | ".join(dict.fromkeys(part for part in parts if part)))
    return headings
