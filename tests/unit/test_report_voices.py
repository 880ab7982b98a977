"""What the network says is printed as it was sent; that it was not asked, or does not answer, is printed too."""

from datetime import date
from html import unescape
from re import sub

import pytest

from report import page_one, voices, words
from report.html import render
from report.rows import edition
from report.specimen import FACTS, rows, specimen

QUARTER = FACTS["quarter_id"]
SHARED = {
    "state": "network_comment",
    "shared_for_comment_on": date(2026, 8, 3),
    "comment_closes_on": date(2026, 8, 17),
}
SIGNED = {"state": "published", "sign_off_kind": "named_role", "signed_off_on": date(2026, 8, 19)}
WITHDRAWN = {"state": "withdrawn", "withdrawn_on": date(2026, 9, 1), "withdrawn_because": "Two files were swapped"}
WHOLE = 18


def told(facts=None, **relations):
    """What page one says of the network, in an edition that holds nothing but these rows."""
    return str(voices.network_in_short(edition({**FACTS, **(facts or {})}, relations), WHOLE))


def answered(answer, party="network", **columns):
    usual = {
        "party": party,
        "party_name": None if party == "network" else "Old Quay Trust",
        "answer": answer,
        "answered_on": None if answer == "waiting" else date(2026, 8, 12),
        "answered_by_role": None if answer == "waiting" else "Coordinator",
    }
    return {**usual, **columns}


def said(comment, edition_id=f"{QUARTER}/QXX/1", kind="network", **columns):
    usual = rows()["pub_challenges"][0]
    silent = dict.fromkeys(("reply", "replied_on", "replied_by_role"))
    about = {"raised_by_kind": kind, "about_edition_id": edition_id, "comment": comment}
    return {**usual, **silent, **about, **columns}


def text_of(made):
    return unescape(sub(r"\s+", " ", sub(r"<[^>]+>", " ", render(made))))


@pytest.mark.parametrize(
    ("facts", "answers", "printed"),
    [
        ({}, [], "This draft has not been shared with the network."),
        (SIGNED, [], "This edition was signed off without being shared with the network."),
        (
            SHARED,
            [answered("waiting")],
            "The network has had the draft since 3 August 2026 and can comment until 17 August 2026.",
        ),
        (
            SHARED | SIGNED,
            [answered("waiting")],
            "The network was sent the draft on 3 August 2026 and gave no answer.",
        ),
        (SHARED, [answered("declined")], "The network was sent the draft and declined to comment, on 12 August 2026."),
        (
            SHARED | SIGNED,
            [answered("nothing_to_add")],
            "The network read the draft and had nothing to add, on 12 August 2026.",
        ),
        (
            SHARED | WITHDRAWN,
            [answered("waiting")],
            "The network was sent the draft on 3 August 2026, which was withdrawn before it gave an answer.",
        ),
        (WITHDRAWN, [], "This draft was withdrawn without being shared with the network."),
        (
            SHARED | SIGNED | WITHDRAWN,
            [answered("waiting")],
            "The network was sent the draft on 3 August 2026 and gave no answer.",
        ),
    ],
)
def test_why_the_network_says_nothing_is_said(facts, answers, printed):
    assert told(facts, pub_answers=answers) == printed


def test_page_one_quotes_the_first_sentence_of_the_newest_comment_whole():
    first = said("Older words.", raised_on=date(2026, 8, 4))
    newest = said("Letters are better. Waits are not.\nAnd more.", raised_on=date(2026, 8, 5), challenge_id="2")
    printed = told(SHARED, pub_challenges=[newest, first], pub_answers=[answered("comment")])
    assert printed == "“Letters are better.” Not all has a reply yet. In full below."


def test_a_comment_that_was_answered_waits_for_nothing():
    printed = told(SHARED, pub_challenges=[said("Good.", reply="Thank you.", replied_on=date(2026, 8, 6))])
    assert printed == "“Good.” In full below."


def test_what_was_said_of_an_earlier_edition_is_never_passed_off_as_about_this_one():
    printed = told(SIGNED, pub_challenges=[said("Too few.", "2025-26-Q4/QXX/1")])
    assert printed.startswith(
        "This edition was signed off without being shared with the network. Of an earlier edition it said: “Too few.”"
    )


def test_what_was_said_of_a_later_edition_is_not_passed_off_as_about_an_earlier_one():
    later = said("Too many.", "2099-00-Q4/QXX/1")
    assert "it said" not in told(SIGNED, pub_challenges=[later])
    groups = voices.comments(edition({**FACTS, **SIGNED}, {"pub_challenges": [later]}))
    assert [heading for heading, _ in groups] == ["What it said about another edition"]


def test_the_newest_of_one_day_is_the_last_that_was_entered():
    entered = [said(f"Comment {number}.", challenge_id=number, raised_on=date(2026, 8, 5)) for number in ("10", "9")]
    assert told(SHARED, pub_challenges=entered).startswith("“Comment 10.”")


def test_what_others_say_does_not_speak_for_the_network():
    printed = told(SHARED, pub_challenges=[said("We disagree.", kind="provider")], pub_answers=[answered("declined")])
    assert printed == "The network was sent the draft and declined to comment, on 12 August 2026."


def test_the_section_prints_every_comment_and_reply_in_full():
    long = " ".join(["word"] * 400) + " end."
    made = edition({**FACTS, **SHARED}, {"pub_challenges": [said(long, reply=long, replied_on=date(2026, 8, 6))]})
    assert text_of(made).count(long) == 2


def test_comments_stand_under_whose_they_are():
    groups = {heading: [row["challenge_id"] for row in found] for heading, found in voices.comments(specimen())}
    assert groups == {
        "": ["QXN/K-1"],
        "What it said about an earlier edition": ["QXN/K-0"],
        "What others said": ["12", "QXC/9"],
    }


def test_each_comment_says_whose_it_is_and_what_it_is_about():
    by_id = {row["challenge_id"]: str(voices.whose(row)) for row in specimen().challenges}
    assert by_id["QXN/K-0"] == (
        "The network, 6 May 2026, about 2025-26-Q4/QXX/1, figure inputs_waiting.count/QX1/as_of"
    )
    assert by_id["12"] == (
        "Old Quay Trust (made up), 21 July 2026, entered by the quality manager, about 2026-27-Q1/QXX/1"
    )


def test_a_comment_without_a_reply_says_that_it_waits_and_unchecked_words_say_so():
    page = text_of(specimen())
    section = page[page.index("Comments and replies are printed as they were sent") :]
    assert "Waiting for a reply" in section
    assert "Wording not yet checked" in section
    assert "An action was promised : action A-17" in section


def test_everybody_who_was_asked_stands_in_the_table_network_first_then_by_name():
    asked = [answered("waiting", "QX9", party_name="Amber"), answered("declined", "QX1"), answered("comment")]
    table = voices.answers(edition({**FACTS, **SHARED}, {"pub_answers": asked}))
    assert [(str(head), [str(cell) for cell in cells]) for head, cells in table.rows] == [
        ("The network", ["commented", "12 August 2026", "Coordinator"]),
        ("Amber", ["no answer recorded", "none yet", "nobody yet"]),
        ("Old Quay Trust", ["declined to comment", "12 August 2026", "Coordinator"]),
    ]
    assert voices.answers(edition(FACTS, {})) is None


def test_what_is_asked_stands_on_page_one_with_its_role():
    assert str(voices.asked_of_the_committee(specimen(), WHOLE)) == (
        "Fund the second crisis café for another year. (chief nurse)."
        " Agree with members by when a waiting letter is answered. (chief nurse)."
    )
    assert str(voices.asked_of_the_committee(edition(FACTS, {}), WHOLE)) == (
        "Nobody has entered a question for the committee yet."
    )


def test_opinion_and_sponsor_stand_with_role_and_day_and_their_absence_is_said():
    page = text_of(specimen())
    assert "The evidence about letters is strong; about families it is thin." in page
    assert page.count("Entered by the director of quality , 27 July 2026") == 1
    empty = text_of(edition(FACTS, {}))
    for absent in ("Nobody has entered an opinion.", "No sponsor has been entered.", "Nobody has entered a question"):
        assert absent in empty


def test_page_one_stays_short_when_much_was_said_and_asked():
    wordy = rows()
    for row in (*wordy["pub_challenges"], *wordy["pub_asks"]):
        row["comment" if "comment" in row else "words"] = "words " * 90
    wordy["pub_asks"] = [{**wordy["pub_asks"][0], "entry_id": number} for number in range(9)]
    changed, answered_questions = page_one.fitted(edition(FACTS, wordy))
    assert page_one._words_on(changed, answered_questions) <= page_one.MOST_WORDS
    assert "More below." in str(answered_questions[-1].said)


def banner(**facts):
    return " ".join(f"{heading} {line}" for heading, line in page_one.banner(specimen(**facts)))


def test_a_withdrawn_edition_says_first_that_nobody_should_rely_on_it_and_why():
    printed = banner(state="withdrawn", withdrawn_on=date(2026, 9, 1), withdrawn_because="Two files were swapped")
    assert "Withdrawn: do not rely on it. Withdrawn on 1 September 2026. Why: Two files were swapped." in printed


def test_what_was_wrong_stands_in_the_corrected_edition_and_in_the_one_that_corrects_it():
    wrong, because = "Complaints were counted twice.", "A file came under two names."
    corrected = banner(
        state="corrected",
        corrected_on=date(2026, 9, 1),
        corrected_by_edition_id=f"{QUARTER}/QXX/2",
        was_wrong=wrong,
        corrected_because=because,
    )
    assert f"Corrected on 1 September 2026 by {QUARTER}/QXX/2. What was wrong: {wrong} Why: {because}" in corrected
    corrects = banner(corrects_edition_id=f"{QUARTER}/QXX/1", corrects_was_wrong=wrong, corrects_because=because)
    assert f"This edition corrects {QUARTER}/QXX/1. What was wrong: {wrong} Why: {because}" in corrects


def test_the_seal_is_printed():
    assert f"Sealed with SHA-256 {'ab' * 32} ." in text_of(specimen(rows_sha256="ab" * 32))


def test_a_first_sentence_is_whole():
    assert voices.first_sentence("Is it? Yes.") == "Is it?"
    assert voices.first_sentence("No. 7 is meant") == "No."
    assert voices.first_sentence("no full stop here") == "no full stop here"
    assert words.within(voices.first_sentence("one two three. four"), 2) == "one two …"


def test_what_registers_say_of_telling_stands_beside_what_members_say():
    told = voices.told_by_both(specimen())
    assert [(str(head), [str(cell) for cell in cells]) for head, cells in told.rows] == [
        ("Gullwing Mental Health Trust (made up)", ["21 of 22", "15 of 40"]),
        ("The region", ["21 of 22", "15 of 40"]),
    ]
    page = text_of(edition(FACTS, {}))
    assert "No network asked members whether they were told what happened, or its answers were not received." in page
