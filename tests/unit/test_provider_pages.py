"""Each provider's own two pages: its figures and words, nobody else's, and how to say that something is wrong."""

from datetime import date

import pytest

from report import faces, provider_page, typeset
from report.rows import edition
from report.specimen import FACTS, ORGANISATIONS, rows, specimen
from tests.pdf_text import read
from tests.printed import first_unsaid, is_its_row, squeezed

CODES = list(ORGANISATIONS)


@pytest.fixture(scope="module")
def made_up():
    return specimen()


@pytest.fixture(scope="module")
def papers(made_up):
    found = provider_page.providers(made_up)
    return {row["organisation_code"]: provider_page.paper(made_up, row) for row in found}


@pytest.fixture(scope="module")
def printed(papers):
    return {code: typeset.printed(paper) for code, paper in papers.items()}


def test_the_commissioner_writes_the_report_and_has_no_page_of_its_own():
    found = rows()
    for row in found["pub_organisations"]:
        row["organisation_kind"] = "icb" if row["organisation_code"] == "QX2" else "nhs_trust"
    made = edition(FACTS, found)
    assert [row["organisation_code"] for row in provider_page.providers(made)] == ["QX1", "QX3"]
    assert [name for name in faces.of(made) if name.startswith("providers/")] == [
        "providers/QX1.pdf",
        "providers/QX3.pdf",
    ]


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_pdf_ua_of_two_pages_at_most(printed, code):
    assert b"<pdfuaid:part>1</pdfuaid:part>" in printed[code].pdf
    assert len(read(printed[code].pdf).pages) <= provider_page.MOST_PAGES == 2


@pytest.mark.parametrize("code", CODES)
def test_every_printed_figure_is_its_row_and_is_its_own_or_the_region_s(printed, made_up, code):
    figures = printed[code].figures
    assert len(figures) > 5
    for figure_id, text in figures:
        figure = made_up.figures[figure_id]
        assert is_its_row(text, figure), figure_id
        assert figure.organisation_code in (code, "ALL"), figure_id


@pytest.mark.parametrize("code", CODES)
def test_the_pdf_says_what_the_paper_says_in_order(printed, papers, code):
    pieces = typeset.spoken(papers[code])
    assert first_unsaid([piece["text"] for piece in pieces], read(printed[code].pdf).text) is None
    assert [piece["text"] for piece in pieces if piece["of"] == "text" and any(map(str.isdigit, piece["text"]))] == []


@pytest.mark.parametrize("code", CODES)
def test_no_other_provider_is_named(printed, code):
    text = squeezed(read(printed[code].pdf).text)
    assert squeezed(ORGANISATIONS[code]) in text
    assert [name for other, name in ORGANISATIONS.items() if other != code and squeezed(name) in text] == []


def test_the_same_rows_make_the_same_bytes(made_up, printed):
    backwards = edition(FACTS, {relation: list(reversed(found)) for relation, found in rows().items()})
    for row in provider_page.providers(backwards):
        assert provider_page.render(backwards, row) == printed[row["organisation_code"]].pdf


def test_a_provider_reads_how_to_say_that_something_is_wrong_and_until_when():
    made = specimen(state="accuracy_check", comment_closes_on=date(2026, 8, 11))
    text = read(provider_page.render(made, made.organisations[0])).text
    assert squeezed("If something here is wrong") in squeezed(text)
    assert squeezed("Say so by 11 August 2026.") in squeezed(text)
    assert made.facts["edition_id"] in text


def test_after_the_check_a_provider_reads_that_the_next_edition_will_say_it():
    made = specimen(state="published", comment_closes_on=date(2026, 8, 11))
    text = squeezed(read(provider_page.render(made, made.organisations[0])).text)
    assert squeezed("appears in the next one") in text
    assert squeezed("11 August 2026") not in text


def test_what_it_owes_and_who_waits_stand_there(printed):
    text = squeezed(read(printed["QX1"].pdf).text)
    assert squeezed("Side effects should be explained again after the first week.") in text
    assert squeezed("504 days so far") in text
    assert squeezed("Nothing found to put right.") in squeezed(read(printed["QX3"].pdf).text)


def test_a_claim_above_what_the_records_show_has_a_heading_of_its_own():
    found = rows()
    found["pub_findings"].append(
        {
            **found["pub_findings"][0],
            "finding_id": "told_back_disputed/QX3/x",
            "organisation_code": "QX3",
            "organisation_name": ORGANISATIONS["QX3"],
            "kind": "told_back_disputed",
            "severity": "adverse",
            "subject_kind": "survey",
            "subject_id": "x",
            "finding_words": "The register says that people were told. Fewer than half of the members asked say so.",
        }
    )
    made = edition(FACTS, found)
    texts = {row["organisation_code"]: read(provider_page.render(made, row)).text for row in made.organisations}
    said = squeezed("Where a claim stands above what the records show")
    # The specimen has one at QX2 already.
    assert [code for code, text in texts.items() if said in squeezed(text)] == ["QX2", "QX3"]
    assert texts["QX3"].count("Fewer than half") == 1


def test_the_pages_stay_two_when_everything_is_long_and_say_where_the_rest_stands():
    wording = "people said so again and again " * 12
    found = rows()
    for relation, key in (("pub_inputs", "input_id"), ("pub_changes", "change_id"), ("pub_findings", "finding_id")):
        found[relation] = [
            {**row, key: f"{row[key]}-{copy}", "said": wording, "changed": wording, "finding_words": wording}
            for row in found[relation]
            for copy in range(40)
        ]
    made = edition(FACTS, found)
    for row in made.organisations[:2]:
        seen = read(provider_page.render(made, row))
        assert len(seen.pages) <= 2
        assert squeezed(provider_page.REST) in squeezed(seen.text)


def test_the_pages_stay_two_when_two_hundred_feeds_did_not_come():
    found = rows()
    (one, *_) = [row for row in found["pub_coverage"] if row["quarter_id"] == FACTS["quarter_id"]]
    gone = {**one, "organisation_code": "QX1", "state": "missing", "state_label": "Not received"}
    found["pub_coverage"] += [{**gone, "feed": f"feed_{copy}"} for copy in range(200)]
    made = edition(FACTS, found)
    seen = read(provider_page.render(made, made.organisations[0]))
    assert len(seen.pages) <= 2
    text = squeezed(seen.text)
    assert squeezed("What you sent") in text
    assert text.index(squeezed("What you sent")) < text.rindex(squeezed(provider_page.REST))
