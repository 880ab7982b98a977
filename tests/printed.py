"""What every face of the report owes its figures: what is printed is the published row, and is said in order."""

import re

from report.rows import Figure


def is_its_row(text: str, figure: Figure) -> bool:
    """True where a printed figure says the value of its row, to its decimals, or in words why there is none."""
    if figure.value is None:
        return not re.search(r"\d", text)
    if not re.search(r"\d", text):
        return figure.value == 0
    scale, decimals = (100, 0) if text.endswith("%") else (1, figure.decimals)
    shown = float(re.sub(r"[%,£]", "", text).replace("−", "-"))
    exact = abs(shown - figure.value * scale) <= 0.5 * 10**-decimals + 1e-9
    return exact and len(text.rstrip("%").partition(".")[2]) == decimals


def squeezed(text: str) -> str:
    """The letters alone: where a line ends is no part of what is said."""
    return re.sub(r"[\s\u200b]", "", text)


def first_unsaid(pieces: list[str], text: str) -> str | None:
    """The first piece that does not follow the ones before it in the text; None where all stand there in order."""
    text, at = squeezed(text), 0
    for piece in pieces:
        found = text.find(squeezed(piece), at)
        if found < 0:
            return piece
        at = found + len(squeezed(piece))
    return None
