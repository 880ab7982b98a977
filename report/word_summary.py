"""Write page one and the headlines of the sections as a Word document that people can work on.

Headings, lists and header rows are real ones, so that a screen reader finds them. A published figure is a bookmarked
run; the file's own part published-figures.xml says which figure each bookmark holds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from report import guide, office, page_one, sections, series, tables, words
from report.rows import REGION, Edition
from report.sections import Section
from report.words import Code, Day, Number, Sentence, Words, sentence

TITLE = "Co-production assurance report: summary"
FIGURES_PART = "/customXml/published-figures.xml"
FIGURES_NAMESPACE = "urn:coproduction-assurance:published-figures"
FONT, BLUE, WASH = "Arial", RGBColor(0x00, 0x30, 0x87), "E8EDEE"
# What a run holds decides its character style: nothing else in the document may hold a digit.
STYLES = {Number: "Published figure", Day: "Published day", Code: "Published code", Words: "Words of others"}
SUPPORT = "Support line"


# Each section's headline: measures of the region, or, where measures are drawn, what their charts found.
SECTIONS: Sequence[tuple[Section, Sequence[str]]] = (
    (sections.INFLUENCE, tables.INFLUENCE.codes),
    (sections.DECLINED, tables.DECLINED.codes),
    (sections.TOLD_BACK, tables.TOLD_BACK.codes),
    (sections.PROMISES, tables.PROMISES.codes),
    (sections.ROOM, tables.ROOM.codes),
    (sections.RESTRICTIVE, tables.RESTRICTIVE),
    (sections.ACCESS, tables.ACCESS),
    (sections.DATA, tables.COVERED.codes),
)
CHARTED = (sections.RESTRICTIVE, sections.ACCESS)


def render(edition: Edition) -> bytes:
    """The document of one edition."""
    written = _Writer(edition)
    written.front()
    written.page_one()
    written.sections()
    written.figures()
    content = io.BytesIO()
    written.document.save(content)
    return office.settled(content.getvalue(), edition, TITLE)


class _Writer:
    """A document in the making, and the figures printed so far in their order."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.document: Document = docx.Document()
        self.printed: list[Number] = []
        _set_up(self.document)

    # The text

    def front(self) -> None:
        edition = self.edition
        self.heading("Co-production assurance report", 1)
        region = Words(edition.facts["icb_name"] or edition.facts["icb_code"])
        self.say(words.say(region, ", ", words.quarter(edition.quarter_id), ": summary"))
        for heading, said in page_one.banner(edition):
            self.say(said, strong=heading)
        footer = self.document.sections[0].footer.paragraphs[0]
        self.say(words.say("Edition ", Code(edition.facts["edition_id"]), ". The full report says more."), footer)

    def page_one(self) -> None:
        changed, answers = page_one.fitted(self.edition)
        self.heading(page_one.heading(changed), 2)
        if not changed:
            self.say(words.say(page_one.NOTHING_CHANGED))
        for one in changed:
            self.heading(one.title, 3)
            for name, said in one.facts:
                self.say(said, self.document.add_paragraph(style="List Bullet"), strong=f"{name}:")
        for answer in answers:
            self.heading(answer.question, 2)
            if answer.notice:
                self.say(answer.notice)
            self.say(answer.said)

    def sections(self) -> None:
        self.heading("The sections in short", 1)
        self.say(words.say("Figures of the region; each organisation’s own stand in the full report."))
        for section, codes in SECTIONS:
            if section is sections.RESTRICTIVE:
                self.notice()
            self.heading(section.title, 2)
            if section in CHARTED:
                self.found(series.series_charts(self.edition, codes))
            else:
                self.table(section, codes)

    def figures(self) -> None:
        package = self.document.part.package
        part = Part(PackURI(FIGURES_PART), "application/xml", _listed(self.printed), package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)

    def notice(self) -> None:
        self.say(words.say(guide.NOTICE_SAID), strong=f"{guide.NOTICE}.")
        for line in (guide.SUPPORT_SAID, *guide.SUPPORT_LINES):
            self.document.add_paragraph().add_run(line, style=SUPPORT)

    def found(self, charts: Sequence[series.Chart]) -> None:
        for chart in charts:
            self.say(sentence(chart.title), self.document.add_paragraph(style="List Bullet"))
        if not charts:
            self.say(sentence("no evidence about this was received; that does not mean that there was none"))

    def table(self, section: Section, codes: Sequence[str]) -> None:
        edition = self.edition
        rows = [(tables.measure_name(edition, code), code) for code in codes if edition.of_measure(code)]
        if not rows:
            # A section's own words for nothing tell of other rows than these.
            self.say(sentence("no evidence about this was received"))
            return
        table = self.document.add_table(rows=1, cols=2, style="Table Grid")
        _describe(table, section.title)
        for cell, head in zip(table.rows[0].cells, ("Measure", "The region"), strict=True):
            self.say(words.say(head), cell.paragraphs[0], is_strong=True)
            _shade(cell)
        for name, code in rows:
            cells = table.add_row().cells
            self.say(words.say(name), cells[0].paragraphs[0])
            self.say(tables.measured(edition, code, REGION), cells[1].paragraphs[0])
        for row in table.rows:
            for cell, width in zip(row.cells, (Cm(11), Cm(6)), strict=True):
                cell.width = width

    # Its pieces

    def heading(self, said: object, level: int) -> None:
        self.say(words.say(said), self.document.add_heading(level=level))

    def say(
        self, said: Sentence, into: Paragraph | None = None, strong: str | None = None, *, is_strong: bool = False
    ) -> None:
        paragraph = into if into is not None else self.document.add_paragraph()
        if strong:
            paragraph.add_run(f"{strong} ").bold = True
        for part in said.parts:
            run = paragraph.add_run(office.carried(str(part)), style=STYLES.get(type(part)))
            run.bold = is_strong or None
            if isinstance(part, Number):
                self.printed.append(part)
                _bookmark(run, len(self.printed))


def bookmark(number: int) -> str:
    """The name of the bookmark around the figure that is printed at this place."""
    return f"figure_{number}"


def _bookmark(run, number: int) -> None:
    for name, add in (("w:bookmarkStart", run._r.addprevious), ("w:bookmarkEnd", run._r.addnext)):
        mark = OxmlElement(name)
        mark.set(qn("w:id"), str(number))
        if name == "w:bookmarkStart":
            mark.set(qn("w:name"), bookmark(number))
        add(mark)


def _listed(printed: Sequence[Number]) -> bytes:
    """Which figure each bookmark holds, with its published value."""
    lines = [
        f"<figure bookmark={quoteattr(bookmark(number))} figure_id={quoteattr(one.figure.figure_id)}"
        f' value="{"" if one.figure.value is None else format(one.figure.value, ".10g")}"/>'
        for number, one in enumerate(printed, start=1)
    ]
    opening = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<figures xmlns="{FIGURES_NAMESPACE}">'
    return "\n".join([opening, *lines, "</figures>"]).encode("utf-8")


# The look


def _set_up(document: Document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(2)
    language = document.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    language.set(qn("w:val"), office.LANGUAGE)
    styles = document.styles
    for name, size in (("Normal", 11), ("Heading 1", 20), ("Heading 2", 14), ("Heading 3", 12)):
        style = styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            style.font.color.rgb = BLUE
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size * 0.8), Pt(4)
            style.paragraph_format.keep_with_next = True
    styles["Normal"].paragraph_format.space_after = Pt(4)
    for name in (*STYLES.values(), SUPPORT):
        styles.add_style(name, WD_STYLE_TYPE.CHARACTER)


def _describe(table, heading: str) -> None:
    """Name the table for who cannot see it, and say that its first row is its head."""
    for name, said in (("w:tblCaption", heading), ("w:tblDescription", "One measure a row, as published.")):
        element = OxmlElement(name)
        element.set(qn("w:val"), said)
        table._tbl.tblPr.append(element)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)


def _shade(cell) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", WASH)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
