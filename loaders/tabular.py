"""Turn bytes into rows of cells, as a stream, whatever the file is called and whatever it turns out to be."""

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, NamedTuple

from loaders.provider import FileFormat

LARGEST_INSIDE = 1 << 30
"""Bytes that a compressed file may unpack to."""
LONGEST_CELL = 100_000
"""Characters in one cell."""


class Row(NamedTuple):
    """One row: sheet (None for text files), line or row number from 1, cells; text is cleaned, dates and numbers typed."""

    sheet: str | None
    number: int
    cells: list


class Unreadable(ValueError):
    """The file is not what the feed says; `rule` names which file rule it breaks."""

    def __init__(self, rule: str, row_number: int | None = None):
        super().__init__(rule)
        self.rule = rule
        self.row_number = row_number


@contextmanager
def rows(content: BinaryIO, form: FileFormat, sheets: tuple[str, ...] = ()) -> Iterator[Iterator[Row]]:
    """Yield the rows of a file; memory stays flat however long it is. Raises Unreadable."""
    start = content.read(512)
    content.seek(0)
    if not start:
        raise Unreadable("FILE-EMPTY")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("FILE-HTML")
    if form.kind == "workbook":
        with _workbook(content, sheets) as found:
            yield found
    elif start.startswith(b"PK"):
        with _unzipped(content) as inside:
            yield _text(inside, form)
    else:
        yield _text(content, form)


def _text(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(content, encoding=form.encoding, errors="strict", newline="")
    reader = csv.reader(text, delimiter=form.delimiter, strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield Row(None, reader.line_num, [clean(cell) for cell in cells])
    except UnicodeDecodeError:
        raise Unreadable("FILE-ENCODING", reader.line_num + 1) from None
    except csv.Error:
        raise Unreadable("FILE-CSV", reader.line_num) from None
    finally:
        text.detach()


@contextmanager
def _unzipped(content: BinaryIO) -> Iterator[BinaryIO]:
    try:
        with zipfile.ZipFile(content) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1:
                raise Unreadable("FILE-ZIP-MANY")
            if members[0].file_size > LARGEST_INSIDE:
                raise Unreadable("FILE-TOO-LARGE")
            with TemporaryFile() as plain:
                with archive.open(members[0]) as inside:
                    # The declared size can lie: count what really comes out.
                    for chunk in iter(lambda: inside.read(1 << 20), b""):
                        plain.write(chunk)
                        if plain.tell() > LARGEST_INSIDE:
                            raise Unreadable("FILE-TOO-LARGE")
                plain.seek(0)
                yield plain
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError):
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
    except zipfile.BadZipFile:
        raise Unreadable("FILE-WORKBOOK") from None
    content.seek(0)


def _from_child(child: subprocess.Popen, sheets: tuple[str, ...]) -> Iterator[Row]:
    sheet = None
    for line in child.stdout:
        said = json.loads(line)
        if "sheets" in said:
            if not set(sheets) <= set(said["sheets"]):
                raise Unreadable("FILE-SHEET")
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
    if text.isascii() and "  " not in text and "\t" not in text and "\x00" not in text:
        return text.strip()  # nearly every cell there is
    text = unicodedata.normalize("NFC", text).replace("\x00", "").replace("\u00a0", " ").replace("\u200b", "")
    return re.sub(r"[ \t]+", " ", text).strip()
