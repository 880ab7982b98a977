"""The answers printed under the worked questions are those that the made-up region gives, to the role analyst."""

import pytest

from tests.golden import questions
from warehouse import connection

REMEDY = "if this is meant: .venv/bin/python -m tests.golden.questions"
PAGE = questions.PAGE.read_text(encoding="utf-8")
ASKED = list(questions.questions(PAGE))


def test_twenty_questions_and_more_have_an_answer():
    """The others ask of records that the made-up region's senders do not send."""
    assert len([found for found in ASKED if found["result"].strip().count("\n") > 1]) >= 20
    assert len({found["question"] for found in ASKED}) == PAGE.count("\n## ") == len(ASKED)


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_the_answer_that_is_printed_is_the_one_given(loaded_region, number):
    found = ASKED[number]
    with connection.connect("analyst") as opened:
        told = questions.answer(opened, found["query"])
    assert found["result"].strip() == told.strip(), f"{found['question']} {REMEDY}"
