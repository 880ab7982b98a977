"""Make the bytes of an Office file a function of the edition: no moment of writing and no maker's name stays in it.

Word and Excel files are zip archives that hold the time of each part and, in docProps/core.xml, who wrote them when.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape

from report.rows import Edition

CORE = "docProps/core.xml"
LANGUAGE = "en-GB"
AUTHOR = "coproduction-assurance"
# A zip archive made on Windows says so; the same bytes are wanted everywhere.
UNIX = 3
# A spreadsheet may take a text that begins so for more than text.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# XML has no way to write these; a reader of it takes a carriage return for a line end.
_UNCARRIED = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def carried(text: str, instead: Callable[[str], str] = lambda letter: "") -> str:
    """The text as XML can hold it: a letter that it cannot carry is left out, or told by what stands instead."""
    return _UNCARRIED.sub(lambda found: instead(found[0]), text)


def settled(content: bytes, edition: Edition, title: str) -> bytes:
    """The same file with every date set to the edition's data cut, and its properties told by the edition."""
    cut = cut_at(edition)
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for part in source.infolist():
            kept = zipfile.ZipInfo(part.filename, cut.timetuple()[:6])
            kept.compress_type, kept.create_system, kept.external_attr = zipfile.ZIP_DEFLATED, UNIX, 0o600 << 16
            content = _properties(edition, title, cut) if part.filename == CORE else source.read(part)
            target.writestr(kept, content)
    return written.getvalue()


def cut_at(edition: Edition) -> datetime:
    """The moment the edition's figures are known at, in UTC and to the second."""
    cut = edition.facts["data_cut_at"]
    if isinstance(cut, datetime):
        return cut.astimezone(UTC).replace(microsecond=0) if cut.tzinfo else cut.replace(microsecond=0, tzinfo=UTC)
    return datetime.combine(cut if isinstance(cut, date) else date.fromisoformat(cut), time(), UTC)


def _properties(edition: Edition, title: str, cut: datetime) -> bytes:
    moment = cut.strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {
        "dc:title": title,
        "dc:subject": edition.facts["edition_id"],
        "dc:creator": AUTHOR,
        "dc:language": LANGUAGE,
        "cp:contentStatus": edition.facts["state"],
        "cp:version": edition.facts.get("code_version") or "not recorded",
    }
    properties = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
    moments = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{properties}{moments}</cp:coreProperties>"
    ).encode()
