"""Read a PDF as a reader's software does: its pages, the text that is drawn on them in order, its tags."""

import re
import zlib
from dataclasses import dataclass

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)(?=\nendobj|\nstream\n|\nstream\r\n)", re.DOTALL)
SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(\()|<([0-9A-Fa-f]*)>|(\bT[jJ]\b|\bBDC\b)", re.DOTALL)
IN_LITERAL = re.compile(rb"\\([0-7]{1,3}|.)|([()])|([^\\()]+)", re.DOTALL)
ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Read:
    """The text of each page, and every object's own words."""

    pages: list[str]
    objects: dict[int, bytes]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    def tags(self, kind: str) -> list[bytes]:
        """The structure elements of one kind, such as H1 or Figure."""
        return [body for body in self.objects.values() if b"/StructElem/S/" + kind.encode() + b"/" in body]


def read(pdf: bytes) -> Read:
    """Read a PDF that is written without object streams, as ours are."""
    objects, streams = {}, {}
    for found in OBJECT.finditer(pdf):
        number, body = int(found[1]), found[2]
        objects[number] = body
        start = re.compile(rb"\nstream\r?\n").match(pdf, found.end())
        if start:
            raw = pdf[start.end() :][: int(re.search(rb"/Length (\d+)", body)[1])]
            streams[number] = zlib.decompress(raw) if b"/FlateDecode" in body else raw
    pages = next(body for body in objects.values() if b"/Type/Pages" in body)
    found = [objects[int(kid)] for kid in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids\[(.*?)\]", pages)[1])]
    return Read([_drawn(page, objects, streams) for page in found], objects)


def _drawn(page: bytes, objects: dict, streams: dict) -> str:
    resources = objects[_points_at(page, b"Resources")]
    return _shown(streams[_points_at(page, b"Contents")], resources, objects, streams)


def _shown(content: bytes, resources: bytes, objects: dict, streams: dict) -> str:
    listed = re.search(rb"/Font<<(.*?)>>", resources, re.DOTALL)
    fonts = {
        name: _letters(streams[_points_at(objects[int(number)], b"ToUnicode")])
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed[1] if listed else b"")
    }
    text, letters, waiting, at = [], {}, [], 0
    while found := SHOWN.search(content, at):
        font, opens, written, operator = found.groups()
        at = found.end()
        if font:
            letters = fonts[font]
        elif opens:
            literal, at = _literal(content, at)
            waiting.append(literal)
        elif operator:
            # What stands before BDC describes the text that follows and is not drawn.
            drawn = waiting if operator != b"BDC" else []
            text += [letters[code] for piece in drawn for code in _codes(piece)]
            waiting = []
        else:
            waiting.append(bytes.fromhex(written.decode()))
    return "".join(text)


def _codes(piece: bytes) -> list[int]:
    return [int.from_bytes(piece[at : at + 2], "big") for at in range(0, len(piece), 2)]


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """What stands between two parentheses, which may hold others as long as they pair, and where it ends."""
    said, depth = [], 1
    for found in IN_LITERAL.finditer(content, at):
        escaped, bracket, plain = found.groups()
        depth += {b"(": 1, b")": -1}.get(bracket, 0)
        if depth == 0:
            return b"".join(said), found.end()
        if escaped:
            said.append(bytes([int(escaped, 8)]) if escaped.isdigit() else ESCAPED.get(escaped, escaped))
        else:
            said.append(bracket or plain)
    raise ValueError("a text of the PDF does not end")


def _letters(mapped: bytes) -> dict[int, str]:
    """A font's own map from what is written to what is meant."""
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", mapped)
    return {int(code, 16): bytes.fromhex(letters.decode()).decode("utf-16-be") for code, letters in pairs}


def _points_at(body: bytes, name: bytes) -> int:
    return int(re.search(rb"/" + name + rb" (\d+) 0 R", body)[1])
