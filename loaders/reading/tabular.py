"""Turn bytes into rows of cells, as a stream, whatever the file is called and whatever it turns out to be."""

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from loaders.reading import nested, unpacking
from loaders.reading.row import LONGEST_CELL, Row, Unreadable, clean
from loaders.reading.unpacking import check_kind, encoding_of, head, undecodable_line, unpacked
from loaders.senders.feeds import FileFormat

ALL_SHEETS = "*"
"""Stands for every sheet of a workbook; no sheet can be called so."""
NIL = ("nil", "nil return")
"""What a file says that has nothing to report, in its only filled cell."""


@contextmanager
def rows(content: BinaryIO, form: FileFormat, places: tuple[str | None, ...] = ()) -> Iterator[Iterator[Row]]:
    """Yield the rows of a file; memory stays flat however long it is. Raises Unreadable.

    `places` are the sheets or nested lists that are wanted; without any it is the first sheet, or the rows themselves.
    """
    with unpacked(content, form) as plain:
        start = head(plain).decode("utf-8", errors="replace").strip('\ufeff \t\r\n"[]')
        if form.kind != "workbook" and start.casefold() in NIL:
            yield iter([Row(None, 1, [start])])
            return
        check_kind(plain, form)
        if form.kind in ("workbook", "parquet"):
            with _child(plain, form.kind, tuple(place for place in places if place)) as found:
                yield found
        elif form.kind == "csv":
            with closing(_text(plain, form)) as found:
                yield found
        else:
            yield nested.rows(plain, form, tuple(dict.fromkeys(places)))


def remnants(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    """Yield what can be made out of a file that was refused, whatever it was meant to be: each line by itself."""
    with unpacked(content, form, whatever=True) as plain:
        kind = unpacking.kind_of(plain) or (form.kind if form.kind in ("json", "ndjson") else "csv")
        try:
            if kind in ("workbook", "parquet"):
                with _child(plain, kind, (ALL_SHEETS,)) as found:
                    yield from found
            elif kind in ("json", "ndjson"):
                yield from nested.remnants(plain, form.encoding)
            else:
                yield from _lines(plain, form)
        except Unreadable:
            return


def _lines(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    encoding = encoding_of(content, "utf-8" if form.encoding == "utf-8-sig" else form.encoding)
    delimiter = None
    text = io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="\n")
    for number, line in enumerate(text, start=1):
        line = line.strip("\ufeff\r\n").replace('"', "")
        if delimiter is None:
            delimiter = max((form.delimiter, ",", ";", "\t", "|"), key=line.count)
        yield Row(None, number, [clean(cell) for cell in line.split(delimiter)])
    text.detach()


def _text(content: BinaryIO, form: FileFormat) -> Iterator[Row]:
    encoding = encoding_of(content, form.encoding)
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
        raise Unreadable("FILE-ENCODING", undecodable_line(content, encoding)) from None
    except csv.Error:
        raise Unreadable("FILE-CSV", ended + 1) from None
    finally:
        text.detach()


@contextmanager
def _child(content: BinaryIO, kind: str, sheets: tuple[str, ...]) -> Iterator[Iterator[Row]]:
    """Yield the rows that a limited process of its own makes out of a file."""
    if kind == "workbook":
        _weigh(content)
    with TemporaryDirectory() as folder:
        path = Path(folder, "sent.xlsx" if kind == "workbook" else "sent.parquet")
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        child = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("child.py")), kind, str(path), *sheets],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its messages may quote cells
            text=True,
            encoding="utf-8",
        )
        try:
            yield _from_child(child, kind, sheets)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def _weigh(content: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            if sum(member.file_size for member in archive.infolist()) > unpacking.LARGEST_INSIDE:
                raise Unreadable("FILE-TOO-LARGE")
    except (zipfile.BadZipFile, OSError):
        raise Unreadable("FILE-WORKBOOK") from None
    content.seek(0)


def _from_child(child: subprocess.Popen, kind: str, sheets: tuple[str, ...]) -> Iterator[Row]:
    sheet = None
    for line in child.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            break  # it died in the middle of a line
        if "cells" in said:
            yield Row(sheet, said["row"], [_cell(cell) for cell in said["cells"]])
        elif "refuse" in said:
            raise Unreadable(said["refuse"])
        elif "sheet" in said:
            sheet = said["sheet"]
        elif lost := [name for name in sheets if name not in (*said["sheets"], ALL_SHEETS)]:
            raise Unreadable("FILE-SHEET", sheet=lost[0])
    if child.wait() != 0:
        raise Unreadable("FILE-WORKBOOK" if kind == "workbook" else "FILE-PARQUET")


def _cell(cell):
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, dict):
        return dt.date.fromisoformat(cell["day"]) if "day" in cell else dt.datetime.fromisoformat(cell["moment"])
    return [_cell(one) for one in cell] if isinstance(cell, list) else cell
