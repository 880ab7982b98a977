"""The faces of an edition: the same published rows as a page to read, papers to print and tables to work with.

Each face is one file made of an `Edition` and nothing else: no clock, no request, no connection. The same rows give the
same bytes, with the same version of the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from report import board_paper, data_files, html, pack, plain_summary, provider_page, word_summary
from report.rows import Edition, Row

PAGE = "report.html"
PLAIN_SUMMARY = "plain-summary.html"
WORD_SUMMARY = "summary.docx"
BOARD_PAPER = "board-paper.pdf"
PACK = "evidence-pack.xlsx"


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
        Face(PLAIN_SUMMARY, "A plain summary in big type with pictures", plain_summary.render),
        Face(WORD_SUMMARY, "Page one and the sections in short, for Word", word_summary.render),
        Face(BOARD_PAPER, "The paper for a board, with its annex (PDF/UA)", board_paper.render),
        *(_provider_page(organisation) for organisation in provider_page.providers(edition)),
        Face(PACK, "The evidence pack: every published table, its SQL and its definitions", pack.render),
        Face(data_files.FIGURES, "Every published figure as CSV", data_files.figures),
        Face(data_files.FIGURES_METADATA, "What the columns of the CSV file are", data_files.figures_metadata),
        Face(data_files.EDITION, "The whole edition as JSON, for programs", data_files.edition),
        Face(data_files.EDITION_SCHEMA, "The JSON Schema of the edition", data_files.edition_schema),
    ]
    return {face.name: face for face in faces}


def _provider_page(organisation: Row) -> Face:
    return Face(
        f"providers/{organisation['organisation_code']}.pdf",
        f"Its own view for {organisation['organisation_name']} (PDF/UA)",
        lambda edition: provider_page.render(edition, organisation),
    )
