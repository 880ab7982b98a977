"""The board paper is an accessible PDF of bounded length that says what the published rows say, to the byte."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle

import pytest

from report import board_annex, board_paper, faces, guide, page_one, typeset
from report.rows import edition
from report.specimen import FACTS, rows, specimen
from tests.pdf_text import read
from tests.printed import first_unsaid, is_its_row, squeezed

UNSEEN_AND_ODD = (" ", "\x07", "\u200d", "\u202e", "\u0301", "\ue000", "👩\u200d👧", "ﷺ", "\u2028", "w" * 3000)
WORDING = "people said so again and again " * 100
COMMENT = {
    "challenge_id": "X-0",
    "raised_by_kind": "network",
    "raised_by_name": "The lived experience network",
    "raised_by_role": None,
    "raised_on": date(2026, 7, 1),
    "about_edition_id": FACTS["edition_id"],
    "about_figure_id": None,
    "comment": WORDING,
    "comment_words_state": "checked",
    "reply": WORDING,
    "reply_words_state": "checked",
    "replied_by_role": None,
    "replied_on": date(2026, 7, 9),
    "outcome": None,
    "outcome_label": None,
    "promised_action_id": None,
}


@pytest.fixture(scope="module")
def made_up():
    return specimen()


@pytest.fixture(scope="module")
def paper(made_up):
    return board_paper.paper(made_up)


@pytest.fixture(scope="module")
def printed(paper):
    return typeset.printed(paper)


@pytest.fixture(scope="module")
def seen(printed):
    return read(printed.pdf)


def overgrown():
    """The made-up edition with fifty times as much of everything that is listed, in long words."""
    found = rows()
    for relation, key in (("pub_inputs", "input_id"), ("pub_changes", "change_id"), ("pub_findings", "finding_id")):
        found[relation] = [
            {**row, key: f"{row[key]}-{copy}", "said": WORDING, "changed": WORDING, "reason": WORDING}
            for row in found[relation]
            for copy in range(50)
        ]
    found["pub_challenges"] = [{**COMMENT, "challenge_id": f"X-{copy}"} for copy in range(50)]
    return edition(FACTS, found)


def test_the_same_rows_make_the_same_bytes_in_whatever_order_they_come(made_up):
    backwards = {relation: list(reversed(found)) for relation, found in rows().items()}
    assert board_paper.render(edition(FACTS, backwards)) == board_paper.render(made_up)


def test_the_paper_is_pdf_ua_with_its_language_title_and_date(printed):
    for mark in (
        b"<pdfuaid:part>1</pdfuaid:part>",
        b"/Lang(en-GB)",
        b"/MarkInfo<</Marked true",
        b"/DisplayDocTitle true",
    ):
        assert mark in printed.pdf, mark
    assert "Co-production assurance report, Saltmarsh (made-up ICB) · April to June 2026".encode() in printed.pdf
    assert b"<xmp:CreateDate>2026-07-29T" in printed.pdf


def test_the_date_of_the_paper_is_the_edition_s(made_up):
    later = specimen(data_cut_at=datetime(2026, 8, 28, 23, 0, tzinfo=UTC))
    assert b"<xmp:CreateDate>2026-08-29T" in board_paper.render(later)


def test_headings_and_tables_and_charts_are_tagged(seen, paper):
    assert len(seen.tags("H1")) == 2
    assert len(seen.tags("H2")) > 10
    assert len(seen.tags("TH")) > 40
    drawings = seen.tags("Figure")
    assert len(drawings) >= 3
    assert [tag for tag in drawings if b"/Alt(" not in tag and b"/Alt<" not in tag] == []


def test_every_printed_figure_is_its_published_row(printed, made_up):
    assert len(printed.figures) > 150
    assert [
        (figure_id, text) for figure_id, text in printed.figures if not is_its_row(text, made_up.figures[figure_id])
    ] == []


def test_the_pdf_says_what_the_paper_says_in_order(seen, paper, printed):
    spoken = typeset.spoken(paper)
    assert first_unsaid([piece["text"] for piece in spoken], seen.text) is None
    figures = [(piece["figure"], piece["text"]) for piece in spoken if piece["of"] == "figure"]
    assert figures == list(printed.figures)


def test_no_number_is_said_that_no_row_stands_behind(paper):
    assert [
        piece["text"] for piece in typeset.spoken(paper) if piece["of"] == "text" and re.search(r"\d", piece["text"])
    ] == []


def test_page_one_draws_no_digit_but_the_paper_s_own(seen, paper, printed):
    """The digits of page one are those of its pieces, then those of the running foot: the edition and the page."""
    body = paper.body[: paper.body.index(typeset.NewPage())]
    pieces = [piece["text"] for piece in typeset.spoken(replace(paper, body=body, annex=()))]
    foot = f"{FACTS['edition_id']} 1 {printed.pages}"
    assert re.sub(r"\D", "", seen.pages[0]) == re.sub(r"\D", "", " ".join([*pieces, foot]))


def test_page_one_says_the_sentences_of_the_page(seen, made_up):
    changed, answers = page_one.fitted(made_up)
    said = [one.title for one in changed] + [part for one in answers for part in (one.question, one.said)]
    assert first_unsaid([str(piece) for piece in said], seen.pages[0]) is None


def test_the_pages_are_eight_at_most_and_the_annex_is_counted_apart(printed, seen):
    assert printed.pages <= board_paper.MOST_PAGES == 8
    assert f"Page {printed.pages} of {printed.pages}" in seen.pages[printed.pages - 1]
    assert "Annex, page 1 of " in seen.pages[printed.pages]


def test_the_pages_stay_eight_when_everything_is_long_and_nothing_is_lost():
    made = board_paper.paper(overgrown())
    assert typeset.page_count(made) <= board_paper.MOST_PAGES
    said = [piece["text"] for piece in typeset.spoken(made)]
    # Each of the fifty comments and its reply, and more.
    assert said.count(typeset.drawable(WORDING)) > 100
    assert said.count("The network") == 50
    assert "All comments and replies stand in the annex." in said


def test_a_long_opinion_and_long_asks_stand_whole_in_the_annex_and_the_pages_stay_eight():
    long = {one["kind"]: "word after word " * 1400 for one in rows()["pub_asks"]}
    asks = [{**row, "words": f"{row['entry_id']} {long[row['kind']]}"} for row in rows()["pub_asks"]]
    made = board_paper.paper(edition(FACTS, {**rows(), "pub_asks": asks}))
    assert typeset.page_count(made) <= board_paper.MOST_PAGES
    in_pages, in_annex = told_in(made)
    for row in asks:
        assert typeset.drawable(row["words"]) in in_annex
        assert typeset.drawable(row["words"]) not in in_pages
    assert {"It stands in the annex.", board_annex.ALL} <= set(in_pages)


def test_very_many_organisations_that_sent_little_leave_the_pages_eight_and_all_are_told():
    found = rows()
    codes = [f"Q{place:03}" for place in range(100)]
    for relation in ("pub_organisations", "pub_coverage", "pub_findings"):
        one = found[relation][0]
        more = [{**one, "organisation_code": code, "organisation_name": f"Trust of {code}"} for code in codes]
        found[relation] += more
    for row in found["pub_coverage"]:
        row.update(state="missing", state_label="Not received")
    for copy in range(200):
        found["pub_coverage"].append({**found["pub_coverage"][-1], "feed": f"feed_{copy}"})
    for row in found["pub_coverage"]:
        row.update(quarter_id=FACTS["quarter_id"])
    made = board_paper.paper(edition(FACTS, found))
    assert typeset.page_count(made) <= board_paper.MOST_PAGES
    in_pages, in_annex = told_in(made)
    assert board_annex.ALL in in_pages
    everything = " ".join(in_annex)
    assert [code for code in codes if everything.count(f"Trust of {code}") < 2] == []
    assert "feed 199" in everything


def test_at_the_last_step_nothing_that_is_listed_stands_in_the_pages():
    """So the pages hold whatever comes: what is left of a section has a set length, and says where the rest stands."""
    told = board_paper._Told(overgrown())
    in_pages, _ = told_in(board_paper._paper(told, 0))
    assert WORDING.strip() not in " ".join(in_pages)
    # Stories, refusals, findings, what is asked, the opinion, the sponsor and the returns.
    assert sum("in the annex" in text for text in in_pages) >= 9


def told_in(paper):
    """The pieces of text of the pages, and those of the annex."""
    pages, annex = replace(paper, annex=()), replace(paper, body=())
    return tuple([piece["text"] for piece in typeset.spoken(one)] for one in (pages, annex))


def test_what_somebody_wrote_is_text_and_never_markup():
    attack = '#panic("no") *bold* $x^2$ \\ @ref <label> [x] = head // gone /* gone */ `raw` _it_ - + ~'
    found = rows()
    for row in found["pub_changes"]:
        if row["changed"]:
            row["changed"] = attack
    made = board_paper.paper(edition(FACTS, found))
    seen = read(typeset.printed(made).pdf)
    assert squeezed(attack) in squeezed(seen.text)


def test_letters_of_other_scripts_are_drawn_and_what_has_no_shape_is_a_box():
    found = rows()
    for row in found["pub_inputs"]:
        if row["said"]:
            row["said"] = "שלום مرحبا Ελλάδα 😀 字 \x07 end"
    pdf = typeset.printed(board_paper.paper(edition(FACTS, found))).pdf
    text = read(pdf).text
    assert "Ελλάδα" in text
    assert {"ש", "ל", "ו", "ם", "😀"} <= set(text)
    assert "字" not in text
    assert squeezed("□ end") in squeezed(text)


def test_no_wording_stops_the_paper():
    """Not even one that nobody can see: a heading of a tagged paper may not be empty."""
    found = rows()
    for wording, row in zip(cycle(UNSEEN_AND_ODD), (*found["pub_changes"], *found["pub_inputs"]), strict=False):
        row.update(said=wording, changed=wording, reason=wording)
    for organisation in found["pub_organisations"]:
        organisation["organisation_name"] = "\u202e"
    pages = read(board_paper.render(edition(FACTS, found))).pages
    assert typeset.NO_SHAPE in "".join(pages)


def test_a_word_longer_than_a_column_is_parted():
    assert typeset.drawable("short words stay as they are") == "short words stay as they are"
    parted = typeset.drawable("w" * 100)
    assert squeezed(parted) == "w" * 100
    assert max(map(len, parted.split(typeset.MAY_PART))) <= typeset.LONGEST_WORD


def test_people_to_talk_to_stand_before_restrictive_practice(paper, seen):
    text = seen.text
    notice = text.index(guide.NOTICE)
    assert notice < text.index("Samaritans: call 116 123", notice) < text.index("Restrictive practice", notice)


def test_a_notice_stands_before_what_is_hard_to_read_is_named_as_worse(made_up):
    in_pages, _ = told_in(board_paper.paper(made_up))
    opening = guide.HARD_NAMED
    assert in_pages.index("Getting worse") + 1 == in_pages.index(opening)
    assert in_pages.index("What is to be put right") < in_pages.index(opening, in_pages.index(opening) + 1)
    findings = [row for row in rows()["pub_findings"] if row.get("measure_code") not in guide.HARD_TO_READ]
    in_pages, _ = told_in(board_paper.paper(edition(FACTS, {**rows(), "pub_findings": findings})))
    assert opening not in in_pages


@pytest.mark.parametrize(("state", "said"), [("draft", "Draft"), ("withdrawn", "Withdrawn: do not rely on it")])
def test_every_page_after_the_first_bears_the_state(state, said):
    pages = read(board_paper.render(specimen(state=state))).pages
    assert [page for page in pages[1:] if said not in page] == []


def test_nobody_is_ranked_or_blamed(seen):
    for word in ("caused by", "rag rating", "non-compliant", "league", "best performing"):
        found = [seen.text[: place.end()][-40:] for place in re.finditer(word, seen.text, re.IGNORECASE)]
        assert [said for said in found if "not shown to be" not in said] == [], word


def test_an_edition_without_evidence_says_so():
    bare = edition(FACTS, {"pub_organisations": rows()["pub_organisations"]})
    text = read(board_paper.render(bare)).text
    for said in (
        "No change in this edition",
        "No evidence about refusals was received.",
        "No evidence about restrictive practice was received.",
        "No returns were due",
    ):
        assert said in text


def test_the_paper_is_a_face_of_every_edition(made_up):
    assert faces.BOARD_PAPER in faces.of(made_up)


def test_the_annex_says_what_each_organisation_could_show_and_adds_nothing_up(made_up):
    told = {"ALL": "Shown", "QX1": "Met", "QX2": "No evidence received", "QX3": "Met"}
    evidence = tuple(
        {"expectation_id": "E04", "organisation_code": code, "status_label": label} for code, label in told.items()
    )
    made = replace(made_up, evidence=evidence)
    text = squeezed(read(board_paper.render(made)).text)
    assert squeezed("The region: shown. Met: QX1 and QX3. No evidence received: QX2.") in text
    assert squeezed("QX1Gullwing Mental Health Trust (made up)") in text


def test_comments_are_printed_as_sent_with_their_replies_and_what_is_not_checked_is_not():
    found = rows()
    unread = {
        "raised_on": date(2026, 6, 30),
        "comment": None,
        "comment_words_state": "not_yet_checked",
        "reply": None,
        "replied_on": None,
    }
    found["pub_challenges"] = [
        {**COMMENT, "comment": "Nobody asked us.", "reply": "We will."},
        {**COMMENT, **unread, "challenge_id": "X-1"},
    ]
    text = squeezed(read(board_paper.render(edition(FACTS, found))).text)
    said = ["Nobody asked us.", "The network, 1 July 2026", "Reply, 9 July 2026: We will."]
    assert first_unsaid(["Wording not yet checked", "Waiting for a reply.", *said], text) is None


@pytest.mark.parametrize(("section", "is_told"), [("safe", True), ("evidence", False)])
def test_a_measure_without_a_section_of_its_own_is_neither_charted_nor_defined_here(section, is_told):
    found = rows()
    named = {"measure_code": "meals", "plain_name": "Warm meals"}
    found["pub_measures"].append({**found["pub_measures"][0], **named, "section": section})
    found["pub_series"].append({**found["pub_series"][0], **named, "series_id": "meals/QX1/S-1"})
    said = [piece["text"] for piece in typeset.spoken(board_paper.paper(edition(FACTS, found)))]
    assert ("Warm meals" in said) is is_told
    assert ("warm meals" in said) is is_told
