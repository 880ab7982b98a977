"""The page of the made-up region says what the published rows say, no more and no less."""

import html
import re
from types import SimpleNamespace

import pytest

from report import board_paper, faces, page_one, provider_page, rows, typeset, words
from tests.pdf_text import read
from tests.printed import first_unsaid, is_its_row
from tests.truth.published import EDITION, published
from warehouse import connection

UNSAID = re.compile(r"<(style|svg|script|title)\b.*?</\1>", re.DOTALL)
MOST_WORDS = 350


@pytest.fixture(scope="module")
def page(loaded_region) -> str:
    """The page as it is stored and served."""
    from report import publication

    return publication.content(EDITION).decode("utf-8")


@pytest.fixture(scope="module")
def figures(loaded_region) -> dict[str, dict]:
    with published() as report:
        return {row["figure_id"]: row for row in report.rows("figures")}


def test_every_printed_figure_is_its_published_row(page, figures):
    printed = re.findall(r'<data class="figure" data-figure="([^"]+)" value="([^"]*)">([^<]*)</data>', page)
    assert len(printed) == page.count("data-figure=")
    assert len(printed) > 1000
    for figure_id, value, text in printed:
        row = figures[figure_id]
        assert value == ("" if row["value"] is None else f"{row['value']:.10g}"), figure_id
        if row["value"] is None:
            assert not re.search(r"\d", text), figure_id
        elif re.search(r"\d", text):
            scale, decimals = (100, 0) if text.endswith("%") else (1, row["decimals"])
            shown = float(re.sub(r"[%,£]", "", text).replace("−", "-"))
            assert shown == pytest.approx(row["value"] * scale, abs=0.5 * 10**-decimals + 1e-9), figure_id
            assert len(text.rstrip("%").partition(".")[2]) == decimals, figure_id
        else:
            assert row["value"] == 0, figure_id


def test_no_number_stands_in_the_text_without_a_row_behind_it(page):
    """What is left without figures, codes, other people's words, days and the support lines holds no digit."""
    rest = UNSAID.sub("", page)
    rest = re.sub(r"<data\b.*?</data>|<time\b.*?</time>", "", rest, flags=re.DOTALL)
    rest = re.sub(r'<(span|q) class="(words|code)">.*?</\1>', "", rest, flags=re.DOTALL)
    rest = re.sub(r'<(p|ul|div|section|aside)[^>]*class="[^"]*support[^"]*".*?</\1>', "", rest, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", rest.partition("<body")[2].partition(">")[2]))
    assert re.findall(r"[^\n]*\d[^\n]*", text) == []


def test_page_one_is_read_in_one_sitting(page):
    opening = page.index('id="page-one"')
    part = page[opening : page.index("In this report", opening)]
    text = re.sub(r"<[^>]+>", "", part.partition(">")[2])
    assert words.word_count([text]) <= MOST_WORDS == page_one.MOST_WORDS


def test_page_one_begins_with_the_planted_improvement_and_both_its_measures(page):
    opening = page.index('id="page-one"')
    first = re.sub(r"<[^>]+>", "", page[page.index("<li>", opening) : page.index("</li>", opening)])
    assert "appointment and waiting letter" in first
    assert "complaints about access to services that take referrals and contacts to ask" in first
    assert "associated with an improvement" in first


def test_words_that_are_nobody_s_to_print_are_nowhere_in_the_page(page, loaded_region):
    """No text of the restricted schema stands in the page, and none that no second person has read."""
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'restricted'"
            " and data_type = 'text' and column_name not in ('provider_code', 'load_id')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'select distinct "{column}" from restricted."{table}" where length("{column}") > 12')
            assert [words for (words,) in cursor if words in page] == [], f"{table}.{column}"
        cursor.execute("select rolname from pg_roles where rolname = 'reporter'")
        assert cursor.fetchone()
    notes = ("See the team’s log", "Text typed for training purposes", "Reviewed at the ward’s safety huddle")
    assert [note for note in notes if note in page] == []


def test_no_word_of_blame_or_rank_stands_in_the_page(page):
    text = re.sub(r"<[^>]+>", " ", UNSAID.sub("", page)).lower()
    for word in ("caused by", "rag rating", "non-compliant", "ranked", "league", "best performing", "not known,"):
        found = [text[max(0, place.start() - 30) : place.end()] for place in re.finditer(re.escape(word), text)]
        allowed = [said for said in found if "not shown to be" in said or "nobody is" in said or "never" in said]
        assert found == allowed, word


def test_charts_are_labelled_in_plain_numbers(page):
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert len(labels) > 100
    assert [label for label in labels if re.search(r"\de[+-]?\d|NaN|undefined", label)] == []


def test_a_series_says_what_its_change_did_where_the_chart_alone_would_not(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    access = text[text.index("complaints about access to services that take referrals: the latest month") :][:400]
    assert "Better since a change on 1 May 2025 than before it" in access
    birch = text[text.index("Birch ward, restrictive interventions") :][:300]
    assert "Better since" not in birch


@pytest.fixture(scope="module")
def papers(loaded_region) -> dict[str, typeset.Paper]:
    """The papers of the published edition by the name of their face."""
    with connection.connect("reporter") as opened:
        edition = rows.read(opened, EDITION)
    pages = {
        f"providers/{one['organisation_code']}.pdf": provider_page.paper(edition, one)
        for one in provider_page.providers(edition)
    }
    return {faces.BOARD_PAPER: board_paper.paper(edition), **pages}


def test_every_figure_of_every_paper_is_its_published_row_and_stands_in_the_stored_pdf(papers, figures):
    from report import publication

    stored = publication.contents(EDITION)
    assert {name for name in stored if name.endswith(".pdf")} == papers.keys()
    assert len(papers) == 6
    for name, paper in papers.items():
        printed = typeset.printed(paper)
        assert stored[name] == printed.pdf, name
        assert len(printed.figures) > 50, name
        wrong = [(of, text) for of, text in printed.figures if not is_its_row(text, SimpleNamespace(**figures[of]))]
        assert wrong == [], name
        pieces = typeset.spoken(paper)
        assert first_unsaid([piece["text"] for piece in pieces], read(printed.pdf).text) is None, name
        assert [piece for piece in pieces if piece["of"] == "text" and re.search(r"\d", piece["text"])] == [], name
        assert printed.pages <= (board_paper.MOST_PAGES if name == faces.BOARD_PAPER else provider_page.MOST_PAGES)
