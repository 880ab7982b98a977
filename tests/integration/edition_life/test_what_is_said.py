"""What people say of an edition: shared with all at once, answered, replied to, entered, and told again by the next."""

import datetime as dt
import threading

import pytest

from tests.integration.edition_life.small_region import (
    AFTER,
    AS_OF,
    CHECKED,
    FIRST,
    ICB,
    LAST_DAY,
    NEXT_QUARTER,
    QUARTER,
    SECOND,
    SHARED,
    UNCHECKED,
    WRONG,
    answered,
    ask,
    forget,
    published,
    says,
    signed,
    speak_for,
)
from warehouse import connection, edition_entries, editions
from warehouse.editions import EditionError

# Sharing, and what is answered


def test_providers_and_the_network_are_sent_the_draft_in_the_same_hour(shared):
    steps = editions.steps(shared, FIRST)
    assert [(one["state"], one["by_role"], one["taken_at"]) for one in steps] == [
        ("draft", "assure", AS_OF),
        ("accuracy_check", "assurance lead", SHARED),
        ("network_comment", "assurance lead", SHARED),
    ]
    (facts,) = published(shared, "pub_editions")
    assert (facts["shared_for_comment_on"], facts["comment_closes_on"]) == (SHARED.date(), LAST_DAY.date())
    assert {row["party"]: row["answer"] for row in published(shared, "pub_answers")} == dict.fromkeys(
        ("network", "QX1", "QX2"), "waiting"
    )


def test_an_edition_that_nobody_shared_asks_nobody(drafted):
    assert published(drafted, "pub_answers") == []
    with pytest.raises(EditionError, match="assure edition share"):
        edition_entries.answer(drafted, FIRST, "network", "network lead", SHARED, "declined")


def test_a_sign_off_waits_for_everybody_who_was_asked(shared):
    edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "declined")
    edition_entries.answer(shared, FIRST, "QX1", "quality manager", SHARED, "nothing_to_add")
    with pytest.raises(EditionError, match="is with QX2 until 2026-08-17"):
        signed(shared, FIRST, LAST_DAY)
    edition_entries.answer(shared, FIRST, "QX2", "manager", SHARED, "comment", "Our June file was late.")
    signed(shared, FIRST, SHARED)
    assert editions.find(shared, FIRST)["state"] == "published"


def test_after_the_last_day_nobody_is_waited_for_and_the_silence_is_printed(shared):
    with pytest.raises(EditionError, match="is with network, QX1, QX2"):
        editions.advance(shared, FIRST, "signed_off", LAST_DAY, "automatic", "standing order")
    signed(shared, FIRST)
    assert says(shared).startswith("The network was sent the draft on 3 August 2026 and gave no answer.")


def test_an_answer_that_is_taken_back_is_waited_for_again(shared):
    entry = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", "Good.")
    assert "network" not in editions.unanswered(shared, FIRST)
    edition_entries.take_back(shared, FIRST, entry, "It was about another report.", "network lead", SHARED)
    assert "network" in editions.unanswered(shared, FIRST)
    assert [row["challenge_id"] for row in published(shared, "pub_challenges") if row["comment"] == "Good."] == []
    kept = {row["entry_id"]: (row["words"], row["is_standing"]) for row in edition_entries.entries(shared, FIRST)}
    assert kept[entry] == ("Good.", False)
    with pytest.raises(EditionError, match="no entry"):
        edition_entries.take_back(shared, FIRST, entry, "Twice.", "network lead", SHARED)


@pytest.mark.parametrize(
    ("party", "kind", "words", "role", "told"),
    [
        ("QX9", "declined", "", "lead", "was not asked .* asked were network, QX1, QX2"),
        ("network", "comment", " ", "lead", "a comment with its words"),
        ("network", "declined", "We say no.", "lead", "a comment with its words"),
        ("network", "comment", "We agree.", " ", "in which role"),
    ],
)
def test_an_answer_says_who_what_and_in_which_role(party, kind, words, role, told, shared):
    with pytest.raises(EditionError, match=told):
        edition_entries.answer(shared, FIRST, party, role, SHARED, kind, words)


# What is printed


def test_a_decline_is_printed_as_a_decline(shared):
    edition_entries.answer(shared, FIRST, "network", "network lead", LAST_DAY, "declined")
    assert says(shared).startswith("The network was sent the draft and declined to comment, on 17 August 2026.")


def test_comments_are_printed_as_sent_with_the_newest_reply(shared):
    words = "Letters are better.\n\nWaits are  not: “ask us”."
    entry = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", words)
    edition_entries.reply(shared, FIRST, str(entry), "We will.", "head of quality", SHARED)
    edition_entries.reply(shared, FIRST, str(entry), "We will ask in September.", "head of quality", LAST_DAY)
    (row,) = [one for one in published(shared, "pub_challenges") if one["challenge_id"] == str(entry)]
    assert (row["comment"], row["reply"], row["replied_on"]) == (words, "We will ask in September.", LAST_DAY.date())
    assert (row["raised_by_role"], row["replied_by_role"]) == ("network lead", "head of quality")
    assert (row["comment_words_state"], row["reply_words_state"]) == ("as_entered", "as_entered")
    assert says(shared) == "“Letters are better.” Not all has a reply yet. In full below."


def test_a_reply_answers_a_comment_that_is_printed(shared):
    with pytest.raises(EditionError, match="prints no comment QXN/old; it prints QX1/claimed, QXN/K0, QXN/K1, QXN/K2"):
        edition_entries.reply(shared, FIRST, "QXN/old", "Thank you.", "head of quality", SHARED)
    edition_entries.reply(shared, FIRST, "QXN/since", "Thank you.", "head of quality", SHARED)
    assert answered(shared, "QXN/since") == ("Thank you.", "head of quality", SHARED.date())
    (row,) = [one for one in published(shared, "pub_challenges") if one["challenge_id"] == "QXN/since"]
    assert (row["reply"], row["reply_words_state"]) == ("Thank you.", "as_entered")
    assert row["comment_words_state"] == "checked"


@pytest.mark.parametrize(
    ("comment", "registered"),
    [("QXN/K0", (CHECKED, None, dt.date(2026, 5, 20))), ("QXN/K1", (None, None, dt.date(2026, 5, 19)))],
)
def test_words_role_and_day_are_those_of_one_reply(comment, registered, shared):
    assert answered(shared, comment) == registered
    edition_entries.reply(shared, FIRST, comment, "We counted again.", "head of quality", SHARED)
    assert answered(shared, comment) == ("We counted again.", "head of quality", SHARED.date())


def test_what_registers_sent_is_printed_once_its_words_were_checked(drafted):
    rows = {row["challenge_id"]: row for row in published(drafted, "pub_challenges")}
    assert set(rows) == {"QX1/claimed", "QXN/K0", "QXN/K1", "QXN/K2", "QXN/since"}
    assert (rows["QXN/K1"]["comment"], rows["QXN/K1"]["reply"]) == (CHECKED, None)
    assert rows["QXN/K1"]["reply_words_state"] == rows["QXN/K2"]["comment_words_state"] == "not_yet_checked"
    assert rows["QXN/K1"]["outcome_label"] == "It was explained"
    assert UNCHECKED not in repr(rows)


def test_only_the_network_s_own_register_speaks_as_the_network(drafted):
    rows = published(drafted, "pub_challenges")
    assert {row["challenge_id"].split("/")[0] for row in rows if row["raised_by_kind"] == "network"} == {"QXN"}
    (claimed,) = [row for row in rows if row["challenge_id"] == "QX1/claimed"]
    assert (claimed["raised_by_kind"], claimed["raised_by_name"]) == (
        "others", "The lived experience network, as written down by Made-up Trust",
    )  # fmt: skip


def test_what_is_entered_is_numbered_and_printed_with_role_and_day(drafted):
    for kind, words in (
        ("ask", "Fund it."),
        ("opinion", "It is fair."),
        ("ask", "Review it."),
        ("sponsor", "A chair."),
    ):
        edition_entries.enter(drafted, FIRST, kind, words, "chief nurse", SHARED)
    rows = ask(drafted, "select * from published.pub_asks where edition_id = %s order by entry_id", FIRST)
    assert [(row["kind"], row["ask_number"], row["words"]) for row in rows] == [
        ("ask", 1, "Fund it."),
        ("opinion", None, "It is fair."),
        ("ask", 2, "Review it."),
        ("sponsor", None, "A chair."),
    ]
    assert {(row["entered_by_role"], row["entered_on"]) for row in rows} == {("chief nurse", SHARED.date())}
    edition_entries.take_back(drafted, FIRST, rows[0]["entry_id"], "It is funded.", "chief nurse", SHARED)
    left = [row for row in published(drafted, "pub_asks") if row["kind"] == "ask"]
    assert [(row["ask_number"], row["words"]) for row in left] == [(1, "Review it.")]
    with pytest.raises(EditionError, match="one of opinion, sponsor, ask"):
        edition_entries.enter(drafted, FIRST, "score", "Nine of ten.", "chief nurse", SHARED)


def test_nothing_is_entered_once_it_is_signed_off(shared):
    signed(shared, FIRST)
    for late in (
        lambda: edition_entries.enter(shared, FIRST, "ask", "One more.", "chief nurse", AFTER),
        lambda: edition_entries.reply(shared, FIRST, "QXN/K1", "Late.", "chief nurse", AFTER),
        lambda: edition_entries.answer(shared, FIRST, "network", "network lead", AFTER, "comment", "Late."),
        lambda: edition_entries.take_back(shared, FIRST, 1, "Late.", "chief nurse", AFTER),
    ):
        with pytest.raises(EditionError, match="enter it into the next edition"):
            late()


def test_nobody_signs_off_while_somebody_enters(drafted):
    drafted.commit()
    heard = []

    def sign():
        with connection.connect("transformer") as other:
            editions.advance(other, FIRST, "signed_off", AFTER, "named_role", "director")
            heard.append("signed")

    try:
        edition_entries.enter(drafted, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
        waiting = threading.Thread(target=sign)
        waiting.start()
        waiting.join(0.5)
        assert heard == []
        drafted.commit()
        waiting.join(10)
        assert heard == ["signed"]
        assert [row["words"] for row in published(drafted, "pub_asks")] == ["Fund it."]
    finally:
        drafted.rollback()
        forget()


# Corrected, withdrawn, and the next


def test_a_correction_says_what_was_wrong_in_both_and_keeps_what_was_said(shared):
    entry = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", "Count again.")
    edition_entries.reply(shared, FIRST, str(entry), "We did.", "head of quality", SHARED)
    edition_entries.enter(shared, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
    signed(shared, FIRST)
    for missing in ({}, {"because": "A file came twice."}):
        with pytest.raises(EditionError, match="readers are shown"):
            editions.advance(shared, FIRST, "corrected", AFTER, by_role="head of data", **missing)
    editions.advance(shared, FIRST, "corrected", AFTER, by_role="head of data", **WRONG)
    assert editions.draft(shared, QUARTER, ICB, AFTER, "head of data") == SECOND
    (corrected,), (corrects,) = published(shared, "pub_editions"), published(shared, "pub_editions", SECOND)
    assert (corrected["was_wrong"], corrected["corrected_because"]) == tuple(WRONG.values())
    assert (corrected["corrected_by_edition_id"], corrected["corrected_on"]) == (SECOND, AFTER.date())
    assert (corrects["corrects_edition_id"], corrects["corrects_was_wrong"], corrects["corrects_because"]) == (
        FIRST, *WRONG.values(),
    )  # fmt: skip
    assert (corrects["was_wrong"], corrected["corrects_edition_id"]) == (None, None)
    (kept,) = [row for row in published(shared, "pub_challenges", SECOND) if row["challenge_id"] == str(entry)]
    assert (kept["comment"], kept["reply"], kept["about_edition_id"]) == ("Count again.", "We did.", FIRST)
    assert [row["words"] for row in published(shared, "pub_asks", SECOND)] == ["Fund it."]
    # Nobody has seen the new draft: who answered to the old one is asked again.
    assert editions.unanswered(shared, SECOND) == ["network", "QX1", "QX2"]
    assert editions.touched(shared, SECOND) == []


def corrected(opened, edition_id: str) -> str:
    editions.advance(opened, edition_id, "corrected", AFTER, by_role="head of data", **WRONG)
    return editions.draft(opened, QUARTER, ICB, AFTER, "head of data")


def test_what_a_correction_takes_back_stays_in_the_edition_that_was_signed(shared):
    entry = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", "Count again.")
    edition_entries.enter(shared, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
    signed(shared, FIRST)
    before = [published(shared, relation) for relation in ("pub_challenges", "pub_asks", "pub_answers")]
    assert corrected(shared, FIRST) == SECOND
    (asked,) = published(shared, "pub_asks", SECOND)
    for one in (entry, asked["entry_id"]):
        edition_entries.take_back(shared, SECOND, one, "It was done.", "chief nurse", AFTER)
        with pytest.raises(EditionError, match="no entry"):
            edition_entries.take_back(shared, SECOND, one, "Twice.", "chief nurse", AFTER)
    assert str(entry) not in {row["challenge_id"] for row in published(shared, "pub_challenges", SECOND)}
    assert published(shared, "pub_asks", SECOND) == []
    assert [published(shared, relation) for relation in ("pub_challenges", "pub_asks", "pub_answers")] == before
    assert {one["entry_id"] for one in edition_entries.entries(shared, FIRST) if one["is_standing"]} == {
        entry, asked["entry_id"],
    }  # fmt: skip


def test_the_chain_of_corrections_leads_past_a_withdrawn_draft(shared):
    third, fourth = f"{QUARTER}/{ICB}/3", f"{QUARTER}/{ICB}/4"
    signed(shared, FIRST)
    corrected(shared, FIRST)
    editions.advance(shared, SECOND, "withdrawn", AFTER, by_role="head of data", because="Files were swapped.")
    assert editions.draft(shared, QUARTER, ICB, AFTER) == third
    assert chain(shared) == {FIRST: (third, None), SECOND: (None, FIRST), third: (None, FIRST)}
    signed(shared, third)
    assert corrected(shared, third) == fourth
    assert chain(shared) == {
        FIRST: (fourth, None), SECOND: (None, FIRST), third: (fourth, FIRST), fourth: (None, third),
    }  # fmt: skip


def chain(opened) -> dict[str, tuple]:
    rows = ask(opened, "select * from published.pub_editions where edition_id <> 'working'")
    found = {row["edition_id"]: (row["corrected_by_edition_id"], row["corrects_edition_id"]) for row in rows}
    assert len(rows) == len(found)
    return found


def test_a_register_s_comment_that_was_answered_stays_answered_in_the_next_quarter(shared):
    edition_entries.reply(shared, FIRST, "QXN/K2", "Forty people.", "head of quality", SHARED)
    signed(shared, FIRST)
    with shared.cursor() as cursor:
        speak_for(cursor, NEXT_QUARTER)
    following = editions.draft(shared, NEXT_QUARTER, ICB, AFTER)
    said = ("Forty people.", "head of quality", SHARED.date())
    assert answered(shared, "QXN/K2", following) == said
    edition_entries.reply(shared, following, "QXN/K2", "Fifty now.", "head of quality", AFTER)
    assert answered(shared, "QXN/K2", following)[0] == "Fifty now."
    assert answered(shared, "QXN/K2") == said


def test_what_had_no_reply_is_printed_again_in_the_next_quarter(shared):
    asked = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", "Who waits?")
    told = edition_entries.answer(shared, FIRST, "QX1", "manager", SHARED, "comment", "We were late.")
    edition_entries.reply(shared, FIRST, str(told), "Noted.", "head of quality", SHARED)
    edition_entries.enter(shared, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
    signed(shared, FIRST)
    with shared.cursor() as cursor:
        speak_for(cursor, NEXT_QUARTER)
    following = editions.draft(shared, NEXT_QUARTER, ICB, AFTER)
    again = {row["challenge_id"]: row for row in published(shared, "pub_challenges", following)}
    assert str(asked) in again
    assert str(told) not in again
    (facts,) = published(shared, "pub_editions", following)
    assert facts["former_edition_id"] == FIRST
    assert published(shared, "pub_asks", following) == []
    assert "Of an earlier edition it said: “Who waits?”" in says(shared, following)
    edition_entries.reply(shared, following, str(asked), "Forty people.", "head of quality", AFTER)
    (row,) = [one for one in published(shared, "pub_challenges", following) if one["challenge_id"] == str(asked)]
    assert (row["reply"], row["about_edition_id"]) == ("Forty people.", FIRST)


def test_what_was_signed_off_prints_again_what_it_did_when_the_edition_before_is_withdrawn(shared):
    asked = edition_entries.answer(shared, FIRST, "network", "network lead", SHARED, "comment", "Who waits?")
    signed(shared, FIRST)
    with shared.cursor() as cursor:
        speak_for(cursor, NEXT_QUARTER)
    following = editions.draft(shared, NEXT_QUARTER, ICB, AFTER)
    signed(shared, following, AFTER + dt.timedelta(days=1))
    facts, challenges = (published(shared, relation, following) for relation in ("pub_editions", "pub_challenges"))
    assert (facts[0]["former_edition_id"], facts[0]["compared_with_edition_id"]) == (FIRST, FIRST)
    assert str(asked) in {row["challenge_id"] for row in challenges}
    withdrawn_at = AFTER + dt.timedelta(days=2)
    editions.advance(shared, FIRST, "withdrawn", withdrawn_at, by_role="head of data", because="Files were swapped.")
    assert [published(shared, one, following) for one in ("pub_editions", "pub_challenges")] == [facts, challenges]
    # Who drafts the next relies on what was not withdrawn.
    editions.advance(shared, following, "corrected", withdrawn_at, by_role="head of data", **WRONG)
    after = editions.draft(shared, NEXT_QUARTER, ICB, withdrawn_at)
    assert str(asked) not in {row["challenge_id"] for row in published(shared, "pub_challenges", after)}


def test_a_withdrawal_needs_its_reason_and_is_written_down(shared):
    with pytest.raises(EditionError, match="say why"):
        editions.advance(shared, FIRST, "withdrawn", AFTER, by_role="head of data")
    editions.advance(shared, FIRST, "withdrawn", AFTER, by_role="head of data", because="Files were swapped.")
    (facts,) = published(shared, "pub_editions")
    assert (facts["withdrawn_on"], facts["withdrawn_because"]) == (AFTER.date(), "Files were swapped.")
    last = editions.steps(shared, FIRST)[-1]
    assert (last["state"], last["by_role"], last["because"]) == ("withdrawn", "head of data", "Files were swapped.")


def test_a_face_is_stored_beside_those_from_before_an_entry(drafted):
    editions.store(drafted, FIRST, "report.html", b"empty", "draft", 0)
    assert editions.stored(drafted, FIRST, "report.html") == b"empty"
    entry = edition_entries.enter(drafted, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
    assert editions.stored(drafted, FIRST, "report.html") is None
    (facts,) = published(drafted, "pub_editions")
    assert facts["entries_through"] == entry
    editions.store(drafted, FIRST, "report.html", b"with it", "draft", entry)
    assert editions.stored(drafted, FIRST, "report.html") == b"with it"
    assert [row[1] for row in editions.stored_faces(drafted, FIRST)] == [0, entry]
