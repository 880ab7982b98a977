"""Turn bytes into rows of cells, as a stream, whatever the file is called and whatever it turns out to be."""

import csv
import datetime as dt
import io
import json
import lzma
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, NamedTuple

from loaders.feeds import FileFormat

LARGEST_INSIDE = 1 << 30
"""Bytes that a compressed file may unpack to."""
ALL_SHEETS = "*"
"""Stands for every sheet of a workbook; no sheet can be called so."""
LONGEST_CELL = 100_000
"""Characters in one cell."""


class Row(NamedTuple):
    """One row: sheet (None for text), line or row number from 1, cells; text is cleaned, dates and numbers typed."""

    sheet: str | None
    number: int
    cells: list


class Unreadable(ValueError):
    """The file is not what the feed says; `rule` names which file rule it breaks, and where if that is known."""

    def __init__(self, rule: str, row_number: int | None = None, sheet: str | None = None):
        super().__init__(rule)
        self.rule = rule
        self.row_number = row_number
        self.sheet = sheet


@contextmanager
def rows(content: BinaryIO, form: FileFormat, sheets: tuple[str, ...] = ()) -> Iterator[Iterator[Row]]:
    """Yield the rows of a file; memory stays flat however long it is. Raises Unreadable."""
    start = content.read(512)
    content.seek(0)
    if not start:
        raise Unreadable("FILE-EMPTY")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        raise Unreadable("FILE-HTML")
    if form.kind == "workbook":
        with _workbook(content, sheets) as found:
            yield found
    elif start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        with TemporaryFile() as plain:
            for chunk in _unzipped(content):
                plain.write(chunk)
            yield _text(plain, form)
    else:
        yield _text(content, form)


def remnants(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    """Yield what can be made out of a file that was refused: each line by itself, whatever its text or separator."""
    content.seek(0)
    try:
        if form.kind == "workbook":
            with _workbook(content, (ALL_SHEETS,)) as found:
                yield from found
        elif content.read(4).startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with TemporaryFile() as plain:
                with suppress(Unreadable):  # an archive cut short holds what came before the cut
                    for chunk in _unzipped(content):
                        plain.write(chunk)
                yield from _lines(plain, form)
        else:
            yield from _lines(content, form)
    except Unreadable:
        return


def _lines(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    content.seek(0)
    delimiter = None
    for number, line in enumerate(content, start=1):
        text = line.decode("utf-8", errors="replace").strip("\ufeff\r\n").replace('"', "")
        if delimiter is None:
            delimiter = max((form.delimiter, ",", ";", "\t", "|"), key=text.count)
        yield Row(None, number, [clean(cell) for cell in text.split(delimiter)])


def _text(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    content.seek(0)
    # A byte-order mark says what the text is, whatever was agreed.
    encoding = "utf-8-sig" if content.read(3) == b"\xef\xbb\xbf" else form.encoding
    content.seek(0)
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(content, encoding=encoding, errors="strict", newline="")
    reader = csv.reader(text, delimiter=form.delimiter, strict=True)
    ended = 0
    try:
        for cells in reader:
            # A cell may hold line breaks: a row is where it begins.
            number, ended = ended + 1, reader.line_num
            if any(cells):
                yield Row(None, number, [clean(cell) for cell in cells])
    except UnicodeDecodeError:
        raise Unreadable("FILE-ENCODING", _first_undecodable(content, encoding)) from None
    except csv.Error:
        raise Unreadable("FILE-CSV", ended + 1) from None
    finally:
        text.detach()


def _first_undecodable(content: BinaryIO, encoding: str) -> int | None:
    """Return the first line that is not in the encoding; None where lines cannot be told apart without it."""
    content.seek(0)
    for number, line in enumerate(content, start=1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return number
    return None


def _unzipped(content: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of an archive's one file. Raises Unreadable for any other archive, and for too many bytes."""
    count = 0
    try:
        with zipfile.ZipFile(content) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1:
                raise Unreadable("FILE-ZIP-MANY")
            with archive.open(members[0]) as inside:
                # The declared size can lie: count what really comes out.
                while chunk := inside.read(1 << 20):
                    count += len(chunk)
                    if count > LARGEST_INSIDE:
                        raise Unreadable("FILE-TOO-LARGE")
                    yield chunk
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError):
        raise Unreadable("FILE-ZIP") from None


@contextmanager
def _workbook(content: BinaryIO, sheets: tuple[str, ...]) -> Iterator[Iterator[Row]]:
    _weigh(content)
    with NamedTemporaryFile(suffix=".xlsx") as named:
        shutil.copyfileobj(content, named)
        named.flush()
        child = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("workbook_child.py")), named.name, *sheets],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its messages may quote cells
            text=True,
            encoding="utf-8",
        )
        try:
            yield _from_child(child, sheets)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def _weigh(content: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_INSIDE:
                raise Unreadable("FILE-TOO-LARGE")
    except (zipfile.BadZipFile, OSError):
        raise Unreadable("FILE-WORKBOOK") from None
    content.seek(0)


def _from_child(child: subprocess.Popen, sheets: tuple[str, ...]) -> Iterator[Row]:
    sheet = None
    for line in child.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            break  # it died in the middle of a line
        if "sheets" in said:
            if lost := [name for name in sheets if name not in (*said["sheets"], ALL_SHEETS)]:
                raise Unreadable("FILE-SHEET", sheet=lost[0])
        elif "sheet" in said:
            sheet = said["sheet"]
        else:
            yield Row(sheet, said["row"], [_cell(cell) for cell in said["cells"]])
    if child.wait() != 0:
        raise Unreadable("FILE-WORKBOOK")


def _cell(cell):
    if isinstance(cell, dict):
        return dt.date.fromisoformat(cell["day"]) if "day" in cell else dt.datetime.fromisoformat(cell["moment"])
    return clean(cell) if isinstance(cell, str) else cell


def clean(text: str) -> str:
    """Return a cell's text without the dirt that means nothing: odd spaces, control characters, split accents."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly every cell there is
    text = _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _SPACES.sub(" ", text).strip()


_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
