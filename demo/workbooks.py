"""Save a workbook so that the same rows give the same bytes on every machine."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from openpyxl import Workbook

STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


def saved(workbook: Workbook, on: date) -> bytes:
    """The bytes of a workbook whose every inner time is the day it is about.

    Parts are stored, not deflated: compressors differ from one build of zlib to the next.
    """
    draft = io.BytesIO()
    workbook.save(draft)
    final = io.BytesIO()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(final, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(source.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = STAMP.sub(rb"\g<1>" + f"{on.isoformat()}T09:00:00Z".encode() + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=(on.year, on.month, on.day, 9, 0, 0))
            # Else the entry says which system wrote it.
            entry.create_system = 0
            target.writestr(entry, content)
    return final.getvalue()
