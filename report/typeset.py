"""Set a paper made of blocks as PDF/UA: tagged, dated by its edition, in fonts of our own, so that bytes never vary.

Everything a paper says comes from its blocks; the template knows only how they look. Other people's words reach it as
data and are never read as markup.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import typst

from report import charts, office, words
from report.rows import Edition
from report.series import Chart
from report.tables import Table
from report.words import Code, Day, Number, Sentence, Words, say

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
FONT = "DejaVu Sans"
# What stands for a letter that our fonts cannot draw: PDF/UA allows no letter without a shape.
NO_SHAPE = "□"
# A line holds about so many letters of a narrow column; a longer word may be parted anywhere.
LONGEST_WORD = 24
MAY_PART = "\u200b"


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (a section) or 2."""

    said: object
    level: int = 1


@dataclass(frozen=True)
class Prose:
    """A paragraph; `tone` is plain, quiet, or leads to what follows and stays with it."""

    said: object
    tone: str = "plain"


@dataclass(frozen=True)
class Points:
    """A list, one line each."""

    items: Sequence[object]


@dataclass(frozen=True)
class Facts:
    """Names and what is said of them, side by side."""

    rows: Sequence[tuple[object, object]]


@dataclass(frozen=True)
class Quote:
    """What somebody wrote, and who it was."""

    said: object
    by: object = None


@dataclass(frozen=True)
class Box:
    """A notice that stands apart from the text."""

    blocks: Sequence[Block]


@dataclass(frozen=True)
class Columns:
    """Short pieces in two columns, read from left to right."""

    pieces: Sequence[Sequence[Block]]


@dataclass(frozen=True)
class Grid:
    """A table; `widths` are the parts of the line that its columns take."""

    table: Table
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Drawn:
    """A chart with its title, told in words to who cannot see it; `is_alone` has the line to itself."""

    chart: Chart
    is_alone: bool = False


@dataclass(frozen=True)
class NewPage:
    """What follows begins a page."""


Block = Heading | Prose | Points | Facts | Quote | Box | Columns | Grid | Drawn | NewPage


@dataclass(frozen=True)
class Paper:
    """A paper of one edition: its title and lines below it, what must be known first, its pages and its annex."""

    edition: Edition
    title: str
    under: object
    banner: Sequence[tuple[str, object]]
    body: Sequence[Block]
    annex: Sequence[Block] = ()
    annex_title: str = "Annex"


@dataclass(frozen=True)
class Printed:
    """A paper as it is set: the bytes, how many pages the body takes, and the figures in the order they are read."""

    pdf: bytes
    pages: int
    figures: Sequence[tuple[str, str]]


def pdf(paper: Paper) -> bytes:
    """Set a paper as PDF/UA. Raises typst.TypstError where it would not be accessible."""
    return _pdf(_files(paper), paper.edition)


def printed(paper: Paper) -> Printed:
    """Set a paper, and tell how long it is and which figures it prints."""
    files = _files(paper)
    return Printed(_pdf(files, paper.edition), _pages(files), tuple(_figures(files)))


def pictures(paper: Paper, ppi: float = 80) -> list[bytes]:
    """Return the pages as PNG, to look at."""
    found = typst.compile(_files(paper), format="png", ppi=ppi, font_paths=_fonts())
    return found if isinstance(found, list) else [found]


def page_count(paper: Paper) -> int:
    """How many pages the paper takes before its annex, which has no part in it."""
    return _pages(_files(replace(paper, annex=())))


def _pdf(files: dict[str, bytes], edition: Edition) -> bytes:
    return typst.compile(
        files, format="pdf", pdf_standards="ua-1", timestamp=office.cut_at(edition), font_paths=_fonts()
    )


def _pages(files: dict[str, bytes]) -> int:
    return json.loads(typst.query(files, "<body-ends>", field="value", one=True, font_paths=_fonts()))


def _figures(files: dict[str, bytes]) -> list[tuple[str, str]]:
    found = json.loads(typst.query(files, "<figure>", field="value", font_paths=_fonts()))
    return [(one["figure"], one["text"]) for one in found]


@cache
def _fonts() -> typst.Fonts:
    # Fonts of the machine would set the same rows otherwise on another one.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _files(paper: Paper) -> dict[str, bytes]:
    drawings: dict[str, bytes] = {}
    facts = paper.edition.facts
    known_on = office.cut_at(paper.edition).astimezone(words.LONDON)
    data = {
        "font": FONT,
        "title": drawable(paper.title),
        "region": drawable(facts["icb_name"] or facts["icb_code"]),
        "under": _parts(paper.under),
        "banner": [{"heading": heading, "said": _parts(said)} for heading, said in paper.banner],
        "edition": facts["edition_id"],
        "state": words.STATES.get(facts["state"], words.STATES["draft"]),
        "date": [known_on.year, known_on.month, known_on.day],
        "body": _blocks(paper.body, drawings),
        "annex": _blocks(paper.annex, drawings),
        "annex_title": paper.annex_title,
    }
    template = (HERE / "templates" / "paper.typ").read_bytes()
    return {"main": template, "paper.json": json.dumps(data, ensure_ascii=False).encode("utf-8"), **drawings}


def _blocks(blocks: Iterable[Block], drawings: dict[str, bytes]) -> list[dict[str, Any]]:
    return [_block(block, drawings) for block in blocks]


def _block(block: Block, drawings: dict[str, bytes]) -> dict[str, Any]:
    kind = {"kind": type(block).__name__.lower()}
    match block:
        case Heading(said, level):
            return kind | {"said": _parts(said), "level": level}
        case Prose(said, tone):
            return kind | {"said": _parts(said), "tone": tone}
        case Points(items):
            return kind | {"items": [_parts(item) for item in items]}
        case Facts(rows):
            return kind | {"rows": [[_parts(name), _parts(said)] for name, said in rows]}
        case Quote(said, by):
            return kind | {"said": _parts(said), "by": _parts(by)}
        case Box(blocks):
            return kind | {"blocks": _blocks(blocks, drawings)}
        case Columns(pieces):
            return kind | {"pieces": [_blocks(piece, drawings) for piece in pieces]}
        case Grid(table, widths):
            return kind | {
                "caption": _parts(table.caption),
                "heads": [_parts(head) for head in table.heads],
                "rows": [[_parts(cell) for cell in (head, *cells)] for head, cells in table.rows],
                "widths": list(widths) or [2.2, *([1] * (len(table.heads) - 1))],
            }
        case Drawn(chart, is_alone):
            return kind | {
                "alone": is_alone,
                "title": _parts(chart.title),
                "described": _parts(chart.described),
                "alt": drawable(f"{words.sentence(chart.title)} {chart.described}"),
                "drawing": _keep(chart, drawings),
            }
        case NewPage():
            return kind


def _keep(chart: Chart, drawings: dict[str, bytes]) -> str | None:
    if not (chart.drawing and chart.drawing.narrow):
        return None
    name = f"drawing-{len(drawings)}.svg"
    drawings[name] = charts.on_paper(chart.drawing.narrow, FONT).encode("utf-8")
    return name


def _parts(said: object) -> list[dict[str, str]]:
    """The pieces of something said, each as text; figures keep the id of the row behind them."""
    if said is None:
        return []
    if isinstance(said, Sentence):
        return [part for piece in said.parts for part in _parts(piece)]
    if isinstance(said, tuple):
        return _parts(say(*said))
    if isinstance(said, Number):
        return [{"of": "figure", "figure": said.figure.figure_id, "text": said.text}]
    of = {Words: "words", Day: "day", Code: "code"}.get(type(said), "text")
    text = drawable(str(said))
    # A heading that nobody can see would be none.
    return [{"of": of, "text": text if text.strip() or of == "text" else NO_SHAPE}]


def spoken(paper: Paper) -> list[dict[str, str]]:
    """Every piece of text of a paper in the order it is read: what a reader of the PDF is to find there."""
    found: list[dict[str, str]] = []

    def gather(piece: object) -> None:
        if isinstance(piece, Mapping):
            if "of" in piece:
                found.append(dict(piece))
                return
            for name, value in piece.items():
                if name not in ("alt", "drawing", "kind", "tone"):
                    gather(value)
        elif isinstance(piece, list):
            for one in piece:
                gather(one)

    data = json.loads(_files(paper)["paper.json"])
    for part in ("under", "banner", "body", "annex"):
        gather(data[part])
    return found


# Letters


def drawable(text: str) -> str:
    """The text as our fonts can draw it: a letter without a shape is a box, and no word is too long for a line."""
    shaped = "".join(
        letter if ord(letter) in _letters() else NO_SHAPE for letter in re.sub(r"\s", " ", text) if letter.isprintable()
    )
    return re.sub(rf"\S{{{LONGEST_WORD},}}", _parted, shaped)


def _parted(found: re.Match) -> str:
    word = found[0]
    return MAY_PART.join(word[at : at + LONGEST_WORD // 2] for at in range(0, len(word), LONGEST_WORD // 2))


@cache
def _letters() -> frozenset[int]:
    """The code points that every one of our fonts has a shape for."""
    found = [_mapped(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset(set.intersection(*found))


def _mapped(font: bytes) -> set[int]:
    """The code points of a TrueType font's full map: the sub-table of format 12, groups of (first, last, shape)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = (struct.unpack_from(">4sIII", font, 12 + 16 * place) for place in range(count))
    map_at = next(at for name, _, at, _ in tables if name == b"cmap")
    (count,) = struct.unpack_from(">H", font, map_at + 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">I", font, map_at + 8 + 8 * place)
        if struct.unpack_from(">H", font, map_at + offset) == (12,):
            (groups,) = struct.unpack_from(">I", font, map_at + offset + 12)
            spans = struct.iter_unpack(">III", font[map_at + offset + 16 :][: 12 * groups])
            return {letter for first, last, _ in spans for letter in range(first, last + 1)}
    raise ValueError("a font in report/fonts has no map of format 12; take one that has")
