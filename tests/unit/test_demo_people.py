"""The made-up books of those who take part: they agree with the registers, and nobody in them has a name."""

import datetime as dt
import re
from collections import Counter, defaultdict

import pytest

from demo import people
from demo.days import month_of, quarter_ends
from demo.history import lived
from demo.truth import load
from demo.upkeep import written_up

TRUTH = load()
KEEPERS = [code for code, provider in TRUTH.providers.items() if "book" in provider]
END = dt.date(2026, 6, 30)
PERSON = re.compile(r"(ZW\d|ICB)-G-\d\d-P-\d\d")


@pytest.fixture(scope="module", params=KEEPERS)
def book(request):
    history = written_up(lived(TRUTH, request.param), TRUTH)
    return history, people.kept(TRUTH, history, END)


def test_as_many_came_to_a_meeting_as_the_register_counts(book):
    history, kept = book
    begun = month_of(history.provider["book"]["first_month"])
    counted = Counter(row["session_id"] for row in kept["participation"] if row["attended"] == "yes")
    assert counted == {
        one["session_id"]: one["lived_experience_count"]
        for one in history.sessions
        if begun <= one.get("held_on", dt.date.min) <= END
    }


def test_nobody_comes_twice_to_one_meeting_or_outside_the_time_of_a_role(book):
    history, kept = book
    held_on = {one["session_id"]: one.get("held_on") for one in history.sessions}
    roles = {row["person_ref"]: row for row in kept["involvement_role"]}
    listed = [(row["session_id"], row["person_ref"]) for row in kept["participation"]]
    assert len(listed) == len(set(listed))
    for session, person in listed:
        until = roles[person]["ended_on"] or END
        assert roles[person]["started_on"] <= held_on[session] <= until


def test_what_is_known_of_a_person_has_their_consent_and_no_name(book):
    _, kept = book
    assert all(PERSON.fullmatch(row["person_ref"]) for row in kept["person_characteristic"])
    for row in kept["person_characteristic"]:
        assert (row["value_code"] is not None) == (row["answer_state"] == "answered") == (row["consent_on"] is not None)


def test_no_date_in_a_book_lies_after_its_day_but_what_is_planned(book):
    history, _ = book
    for end in quarter_ends(history.provider["book"]["first_month"], "2026-06"):
        for rows in people.kept(TRUTH, history, end).values():
            for row in rows:
                days = [value for key, value in row.items() if isinstance(value, dt.date) and key != "due_on"]
                assert all(day <= end for day in days)


def test_a_claim_is_paid_refused_or_waits_and_never_two_of_them(book):
    _, kept = book
    for row in kept["claim"]:
        assert (row["paid_on"] is not None) == (row["outcome"] == "paid")
        assert (row["refused_reason_code"] is not None) == (row["outcome"] == "refused")


def test_a_later_book_takes_nothing_back(book):
    """What was handed in, raised or sought before stands in each later book, whatever became of it since."""
    history, now = book
    before = people.kept(TRUTH, history, dt.date(2026, 3, 31))
    for record, key in (("claim", "claim_id"), ("concern", "concern_id"), ("recruitment", "recruitment_id")):
        assert {row[key] for row in before[record]} <= {row[key] for row in now[record]}


def test_half_as_many_are_asked_about_their_first_contact_since_january():
    (event,) = (one for one in TRUTH.events if one["kind"] == "fewer_asked")
    asked = defaultdict(int)
    history = lived(TRUTH, event["provider"])
    for end in (dt.date(2025, 12, 31), dt.date(2026, 3, 31)):
        for row in people.kept(TRUTH, history, end)["survey_answer"]:
            if row["item_code"] == "overall":
                asked[end] += row["answer_count"]
    assert 0.4 < asked[dt.date(2026, 3, 31)] / asked[dt.date(2025, 12, 31)] < 0.6
