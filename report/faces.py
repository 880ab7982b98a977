"""The faces of an edition: the same published rows as a page to read, papers to print and tables to work with.

Each face is one file made of an `Edition` and nothing else: no clock, no request, no connection. The same rows give the
same bytes, with the same version of the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from report import html
from report.rows import Edition

PAGE = "report.html"


@dataclass(frozen=True)
class Face:
    """`name` is the file it is stored and handed out as, `title` what a list of an edition's files calls it."""

    name: str
    title: str
    render: Callable[[Edition], bytes]


def of(edition: Edition) -> dict[str, Face]:
    """Every face of an edition by its name, in the order a reader is offered them."""
    faces = [
        Face(PAGE, "The report as one page, for a screen or paper", lambda one: html.render(one).encode("utf-8")),
    ]
    return {face.name: face for face in faces}
