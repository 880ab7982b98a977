"""The answers printed under the worked questions are those that the made-up region gives, to the role analyst."""

import re

import pytest

from tests.golden import questions
from tests.truth.copies import copy_of
from warehouse import connection

REMEDY = "if this is meant: .venv/bin/python -m tests.golden.questions"
PAGE = questions.PAGE.read_text(encoding="utf-8")
ASKED = list(questions.questions(PAGE))


# Of which the made-up region has nothing to show; the words above each query say what that means.
EMPTY = {
    "Who is missing from the room, compared with the people who live here?",
    "Of which expectations has nobody in the region shown anything?",
}
NUMBERS = {9: "nine", 10: "ten", 12: "twelve", 15: "fifteen"}


def test_every_question_has_an_answer_but_those_named():
    assert {found["question"] for found in ASKED if found["result"].strip() == questions.NOTHING} == EMPTY
    assert len({found["question"] for found in ASKED}) == PAGE.count("\n## ") == len(ASKED)


@pytest.mark.parametrize("found", ASKED, ids=lambda found: found["question"])
def test_a_query_that_cuts_its_answer_says_to_how_many_rows(found):
    if cut := re.search(r"^limit (\d+)$", found["query"], re.MULTILINE):
        assert re.search(rf"\b{NUMBERS[int(cut[1])]}\b", found["words"])


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_the_answer_that_is_printed_is_the_one_given(loaded_region, number):
    found = ASKED[number]
    with connection.connect("analyst") as opened:
        told = questions.answer(opened, found["query"])
    assert found["result"].strip() == told.strip(), f"{found['question']} {REMEDY}"


def test_nothing_is_written_of_real_organisations(loaded_region, monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(questions, "PAGE", page)
    with copy_of(loaded_region):
        with connection.connect("admin") as opened, opened.cursor() as cursor:
            cursor.execute("update marts.dim_organisation set is_made_up = false where organisation_code = 'ZW3'")
        with pytest.raises(SystemExit, match="real organisations"):
            questions.write()
    assert page.read_text(encoding="utf-8") == PAGE
