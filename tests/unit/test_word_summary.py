"""The Word summary has real headings and header rows, prints published figures, and its bytes stay the same."""

import io
import itertools
import re
import time
import zipfile
from datetime import date
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn

from report import board_paper, guide, html, page_one, typeset, word_summary
from report.rows import edition
from report.specimen import FACTS, rows, specimen
from report.word_summary import FIGURES_NAMESPACE, STYLES, SUPPORT, render


@pytest.fixture(scope="module")
def written():
    return render(specimen())


@pytest.fixture(scope="module")
def document(written):
    return docx.Document(io.BytesIO(written))


def test_the_outline_is_made_of_real_headings_in_steps(document):
    levels = [int(one.style.name[-1]) for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 2"]
    assert heads[1:10] == [answer.question for answer in page_one.answers(specimen())]
    assert heads[10:] == [section.title for section, _ in word_summary.SECTIONS]


def test_a_table_has_a_header_row_and_is_named(document):
    assert len(document.tables) >= 5
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert [cell.text for cell in table.rows[0].cells] == ["Measure", "The region"]


def test_it_is_british_english_on_a4_and_its_properties_are_the_editions(document):
    defaults = document.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert defaults.get(qn("w:val")) == "en-GB"
    assert [round(side.cm, 1) for side in (document.sections[0].page_width, document.sections[0].page_height)] == [
        21.0,
        29.7,
    ]
    properties = document.core_properties
    assert (properties.subject, properties.language) == (FACTS["edition_id"], "en-GB")
    assert properties.created == properties.modified == FACTS["data_cut_at"]


def test_no_digit_stands_in_a_run_that_no_row_day_or_code_stands_behind(document):
    ours = [
        text.text
        for run in document.element.body.iter(qn("w:r"))
        for text in run.iter(qn("w:t"))
        if run.rPr is None or run.rPr.find(qn("w:rStyle")) is None
    ]
    assert len(ours) > 50
    assert [text for text in ours if re.search(r"\d", text)] == []


def test_every_figure_is_bookmarked_and_listed_with_its_value(written, document):
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        listed = ElementTree.fromstring(archive.read(word_summary.FIGURES_PART.lstrip("/")))
    figures = {one.get("bookmark"): one for one in listed.iter(f"{{{FIGURES_NAMESPACE}}}figure")}
    marks = [mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(figures) > 30
    for one in figures.values():
        value = specimen().figures[one.get("figure_id")].value
        assert one.get("value") == ("" if value is None else format(value, ".10g"))


def test_the_notice_and_whom_to_call_stand_before_restrictive_practice(document):
    texts = [one.text for one in document.paragraphs]
    assert texts[texts.index("Getting worse") + 1].startswith(guide.HARD_NAMED)
    at = next(place for place, text in enumerate(texts) if "116 123" in text and guide.HARD_NAMED not in text)
    assert at < texts.index("Restrictive practice")
    assert {run.style.name for run in document.paragraphs[at].runs} == {SUPPORT}


def test_the_same_rows_make_the_same_bytes_whenever_they_are_written(written, monkeypatch):
    later = time.time() + 100_000_000
    monkeypatch.setattr(time, "time", lambda: later)
    backwards = {relation: list(reversed(found)) for relation, found in rows().items()}
    assert render(edition(FACTS, backwards)) == written


def test_an_edition_without_rows_says_so(document):
    texts = [one.text for one in docx.Document(io.BytesIO(render(edition(FACTS, {})))).paragraphs]
    assert texts.count("No evidence about this was received.") == 6
    assert page_one.NOTHING_CHANGED in texts


def test_the_fixed_words_of_page_one_are_the_same_in_every_face(document):
    (first, *_), _ = page_one.fitted(specimen())
    texts = [one.text for one in document.paragraphs]
    page = html.render(specimen())
    paper = " ".join(piece["text"] for piece in typeset.spoken(board_paper.paper(specimen())))
    for name, told in first.facts:
        assert f"{name}: {told}" in texts
        assert f"<dt>{name}</dt>" in page
        assert name in paper
    bare = edition(FACTS, {})
    assert page_one.NOTHING_CHANGED in html.render(bare)
    assert page_one.NOTHING_CHANGED in [piece["text"] for piece in typeset.spoken(board_paper.paper(bare))]


def test_what_somebody_wrote_is_their_words_and_breaks_nothing():
    wording = "a\x01b\ufffe\uffff\ud800\r <w:p/> & “q” 日本"
    hostile = [{**row, "changed": wording, "implemented_on": date(2026, 5, 1)} for row in rows()["pub_changes"]]
    made = docx.Document(io.BytesIO(render(edition(FACTS, {**rows(), "pub_changes": hostile}))))
    (head, *_) = [one for one in made.paragraphs if one.style.name == "Heading 3"]
    assert head.text == "ab <w:p/> & “q” 日本"
    assert head.runs[0].style.name == STYLES[word_summary.Words]
