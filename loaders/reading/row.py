"""One row of cells as every kind of file gives it, the dirt that is taken off its text, and how a file is refused."""

import re
import unicodedata
from typing import NamedTuple

LONGEST_CELL = 100_000
"""Characters in one cell."""


class Row(NamedTuple):
    """One row: place in the file, number, cells.

    The place is a sheet, or the path of a nested list; None for a file that is one table. Numbers count from 1: lines
    of text, rows of a sheet, objects of a list; the headings of a file whose cells bear their names are row 0. Text is
    cleaned, days and numbers of a workbook are typed, several values in one cell are a list.
    """

    sheet: str | None
    number: int
    cells: list


class Unreadable(ValueError):
    """The file is not what the feed says; `rule` names which file rule it breaks, and where if that is known."""

    def __init__(self, rule: str, row_number: int | None = None, sheet: str | None = None, **names: str):
        super().__init__(rule)
        self.rule = rule
        self.row_number = row_number
        self.sheet = sheet
        self.names = names


def clean(text: str) -> str:
    """Return a cell's text without the dirt that means nothing: odd spaces, control characters, split accents."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly every cell there is
    if _TWICE.search(text):
        text = _TWICE.sub(_decoded_again, text)
    text = _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _SPACES.sub(" ", text).strip()


def _decoded_again(found: re.Match) -> str:
    """Return what UTF-8 that was once read as Windows-1252 said; the same text where it was none."""
    try:
        return b"".join(_as_byte(letter) for letter in found[0]).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def _as_byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:  # Windows-1252 leaves five bytes without a letter
        return letter.encode("latin-1")


_LATER_BYTES = "\x80-\xbf" + bytes(at for at in range(0x80, 0xA0)).decode("cp1252", errors="ignore")
# Accented letters, punctuation and emojis: the two to four letters that each becomes.
_TWICE = re.compile(f"[ÂÃ][{_LATER_BYTES}]|â[{_LATER_BYTES}]{{2}}|ð[{_LATER_BYTES}]{{3}}")
# Half a character, as a JSON escape can write it, is none that the warehouse could hold.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
