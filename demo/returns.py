"""Answer each quarter's form about the organisation itself, and hand in what people answered when they were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from demo.chance import Chance
from demo.days import month_end, next_month
from demo.history import History, Row
from demo.truth import Truth

CONFIDENCE = ["strongly_disagree", "disagree", "neither", "agree", "strongly_agree"]
SESSION = {"very_good": 40, "good": 38, "neither_good_nor_poor": 12, "poor": 7, "very_poor": 3}


def answers_of(truth: Truth, code: str, form: Row, day: date) -> Iterator[Row]:
    """A sender's form of the quarter that ends on a day: `n of m`, an answer, or an amount in pounds."""
    for item, said in form.items():
        chance = Chance(truth.region["seed"], "return", code, item, day)
        row: Row = {"item_code": item, "declared_by_role": "Head of involvement"}
        if isinstance(said, list):
            part, whole = said
            row |= {"numerator": part - chance.between(0, min(2, part)), "denominator": whole}
        elif isinstance(said, int):
            # A budget is set for the year; what is spent differs from quarter to quarter.
            row["amount_gbp"] = said if item == "involvement_budget" else chance.near(said, 0.08)
        else:
            row["answer_code"] = said
        yield row


def surveyed(truth: Truth, history: History, day: date) -> Iterator[Row]:
    """What was answered in the quarter that ends on a day, survey by survey."""
    for survey in history.provider["book"].get("surveys", []):
        if survey["kind"] == "session":
            yield from after_sessions(truth, history, day)
        elif survey["kind"] == "staff_training":
            yield from trained(truth, history.provider, survey, day)
        else:
            yield from asked(truth, survey, day)


def asked(truth: Truth, survey: Row, day: date) -> Iterator[Row]:
    """How many gave each answer at each service in each month; an event may say that fewer were asked."""
    for service in survey["services"]:
        for month in (next_month(day, -2), next_month(day, -1), next_month(day, 0)):
            chance = Chance(truth.region["seed"], "asked", survey["item"], service, month)
            people = chance.near(survey["people_a_month"] * truth.factor("first_contact_answers", service, month), 0.06)
            counts = Counter(chance.weighted(survey["answers"]) for _ in range(people))
            for answer in survey["answers"]:
                yield {
                    "survey_kind": survey["kind"], "item_code": survey["item"], "answer_code": answer,
                    "answer_count": counts[answer], "answered_on": month_end(month) - timedelta(days=3),
                    "service_id": service, "pathway_point": survey.get("point"),
                }  # fmt: skip


def trained(truth: Truth, provider: Row, survey: Row, day: date) -> Iterator[Row]:
    """How sure of themselves staff feel before and after a day of training, person by person."""
    held = next_month(day, -1) + timedelta(days=9)
    for number in range(1, survey["people"] + 1):
        chance = Chance(truth.region["seed"], "trained", provider["code"], day, number)
        before = chance.weighted({0: 8, 1: 30, 2: 36, 3: 22, 4: 4})
        after = min(4, before + chance.weighted({-1: 6, 0: 30, 1: 46, 2: 18})) if before else chance.between(0, 2)
        for wave, level, on in (("before", before, held), ("after", max(0, after), held + timedelta(days=14))):
            yield {
                "survey_kind": "staff_training", "item_code": "confidence", "answer_code": CONFIDENCE[level],
                "wave": wave, "respondent_ref": f"{provider['code']}-Y-{day:%y%m}-{number:02}", "answered_on": on,
            }  # fmt: skip


def after_sessions(truth: Truth, history: History, day: date) -> Iterator[Row]:
    """How those who came to a meeting found it; about six in ten answer."""
    for session in history.sessions:
        if next_month(day, -2) <= session.get("held_on", date.min) <= day:
            chance = Chance(truth.region["seed"], "found", session["session_id"])
            counts = Counter(
                chance.weighted(SESSION) for _ in range(session["lived_experience_count"]) if chance.happens(0.6)
            )
            for answer, people in counts.items():
                yield {
                    "survey_kind": "session", "item_code": "overall", "answer_code": answer, "answer_count": people,
                    "answered_on": session["held_on"], "session_id": session["session_id"],
                }  # fmt: skip
