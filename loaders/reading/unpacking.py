"""Take a file out of its archive, and say by its first bytes what it is, whatever it is called."""

import codecs
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from tempfile import TemporaryFile
from typing import BinaryIO

from loaders.reading.row import Unreadable
from loaders.senders.feeds import FileFormat

LARGEST_INSIDE = 1 << 30
"""Bytes that a compressed file may unpack to."""
_CHUNK = 1 << 20
_HEAD = 512
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
# What the libraries raise for an archive that is broken; NotImplementedError is zipfile's word for a method it lacks.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError,
)  # fmt: skip
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<meta", b"<!--")
_AGREED = {
    "csv": "a CSV file",
    "workbook": "an Excel workbook (.xlsx)",
    "json": "a JSON file",
    "ndjson": "a file of JSON lines",
    "parquet": "a Parquet file",
}


@contextmanager
def unpacked(content: BinaryIO, form: FileFormat, whatever: bool = False) -> Iterator[BinaryIO]:
    """Yield the file that was sent, out of its archive if it lies in one. Raises Unreadable.

    With `whatever` an archive gives what can be got out of it: all its files one after the other, up to any damage.
    """
    start = head(content)
    if start.startswith(_GZIP):
        pieces = _gunzipped(content)
    elif start.startswith(_ZIP) and not _is_kept_whole(content, form):
        pieces = _unzipped(content, form, whatever)
    else:
        yield content
        return
    with TemporaryFile() as plain:
        try:
            count = 0
            for piece in pieces:
                # The declared size can lie: what really comes out is counted.
                count += len(piece)
                if count > LARGEST_INSIDE:
                    raise Unreadable("FILE-TOO-LARGE")
                plain.write(piece)
        except Unreadable:
            if not whatever:
                raise
        plain.seek(0)
        yield plain


def check_kind(content: BinaryIO, form: FileFormat) -> None:
    """Hold what the file is by its first bytes against what was agreed. Raises Unreadable."""
    start = head(content)
    if not start:
        raise Unreadable("FILE-EMPTY")
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if plain.startswith(_PAGE):
        raise Unreadable("FILE-HTML")
    found = kind_of(content)
    if found is not None and found != form.kind and not (found == "json" and form.kind == "ndjson"):
        raise Unreadable("FILE-KIND", found=_AGREED.get(found, found), agreed=_AGREED[form.kind])
    if found is None and form.kind == "parquet":
        raise Unreadable("FILE-KIND", found="something else", agreed=_AGREED["parquet"])
    if found is None and form.kind == "workbook" and b"\x00" not in start and not start.startswith(_OLE):
        raise Unreadable("FILE-KIND", found="plain text, perhaps a CSV file,", agreed=_AGREED["workbook"])


def kind_of(content: BinaryIO) -> str | None:
    """Return which kind of file the bytes are, or its name in words; None for text that may be anything."""
    start = head(content)
    if start.startswith(_ZIP):
        return {True: "workbook", False: "an archive within an archive", None: None}[_is_workbook(content)]
    if start.startswith(_GZIP):
        return "an archive within an archive"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"%PDF"):
        return "a PDF document"
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain.startswith(b"<?xml"):
        return "an XML file"
    inside = plain[1:].lstrip(b" \t\r\n")
    if (plain[:1] == b"{" and inside[:1] in (b'"', b"}")) or (plain[:1] == b"[" and inside[:1] in (b"{", b"[", b"]")):
        return "json"
    return None


def head(content: BinaryIO) -> bytes:
    """Return the first bytes of a file, and leave it at its start."""
    content.seek(0)
    start = content.read(_HEAD)
    content.seek(0)
    return start


def encoding_of(content: BinaryIO, agreed: str) -> str:
    """Return a text's encoding: a mark of byte order says what the text is, whatever was agreed."""
    start = head(content)
    if found := next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None):
        return found
    name = codecs.lookup(agreed).name
    # Without its mark, text of two or four bytes is as Windows writes it.
    return f"{name}-le" if name in ("utf-16", "utf-32") else agreed


def undecodable_line(content: BinaryIO, encoding: str) -> int:
    """Return the first line that is not in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    content.seek(0)
    line = 1
    while chunk := content.read(1 << 16):
        before = decoder.getstate()
        try:
            line += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError:
            decoder.setstate(before)
            for place in range(len(chunk)):
                try:
                    line += decoder.decode(chunk[place : place + 1]).count("\n")
                except UnicodeDecodeError:
                    return line
    return line


_OLE = b"\xd0\xcf\x11\xe0"
"""Excel before 2007, and any workbook with a password."""


def _is_kept_whole(content: BinaryIO, form: FileFormat) -> bool:
    """Say whether a zip is to be read as it is; a damaged one is what was agreed."""
    is_workbook = _is_workbook(content)
    return form.kind == "workbook" if is_workbook is None else is_workbook


def _is_workbook(content: BinaryIO) -> bool | None:
    """Say whether a zip is what Excel saves; None where it does not open."""
    try:
        with zipfile.ZipFile(content) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except _BROKEN:
        return None
    finally:
        content.seek(0)


def _gunzipped(content: BinaryIO) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=content) as inside:
            # Piece by piece: of a file cut short all that came before the cut.
            while chunk := inside.read1(_CHUNK):
                yield chunk
    except _BROKEN:
        raise Unreadable("FILE-ZIP") from None


def _unzipped(content: BinaryIO, form: FileFormat, whatever: bool) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(content) as archive:
            members = [
                one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")
            ]
            if form.member and not whatever:
                members = [one for one in members if fnmatchcase(one.filename.rpartition("/")[2], form.member)]
            if len(members) != 1 and not whatever:
                raise Unreadable("FILE-ZIP-MANY")
            for member in members:
                with archive.open(member) as inside:
                    while chunk := inside.read(_CHUNK):
                        yield chunk
    except Unreadable:
        raise
    except _BROKEN:
        raise Unreadable("FILE-ZIP") from None
