"""Work out again, from the senders' own books of those who take part, what the marts say about them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.truth import files
from tests.truth.recount import LAST_DAY, QUARTER, Share, between

Row = dict[str, Any]
AGREE = ("agree", "strongly agree")
LADDER = ("strongly_disagree", "disagree", "neither", "agree", "strongly_agree")


def counted(rows: list[Row], is_so: Any) -> Share:
    return Share(sum(bool(is_so(row)) for row in rows), len(rows))


def came(region: Path, sender: str) -> Iterator[Row]:
    """Everybody's attendances in the quarter, each with the meeting it was at."""
    meetings = {row["session_id"]: row for row in files.newest_registers(region)[sender]["session"]}
    for row in files.newest_book(region, sender)["participation"]:
        meeting = meetings[row["session_id"]]
        if row["attended"] == "yes" and between(meeting["held_on"]):
            yield row | {"meeting": meeting}


def claims_paid(region: Path, sender: str, quarter: tuple[dt.date, dt.date] = QUARTER) -> Share:
    """Handed in in the quarter and thirty days or more before the last day known: how many were paid."""
    return counted(claims_due(region, sender, quarter), lambda row: row["outcome"] == "paid")


def claims_paid_in_time(region: Path, sender: str) -> Share:
    """Of the same: how many within thirty days."""
    due = claims_due(region, sender, QUARTER)
    return counted(due, lambda row: row["paid_on"] and (row["paid_on"] - row["claimed_on"]).days <= 30)


def claims_due(region: Path, sender: str, quarter: tuple[dt.date, dt.date]) -> list[Row]:
    return [
        row
        for row in files.newest_book(region, sender)["claim"]
        if between(row["claimed_on"], quarter) and (LAST_DAY - row["claimed_on"]).days >= 30
    ]


def claims_refused_with_reason(region: Path, sender: str) -> Share:
    refused = [
        row
        for row in files.newest_book(region, sender)["claim"]
        if between(row["claimed_on"]) and row["outcome"] == "refused"
    ]
    return counted(refused, lambda row: row["refused_reason_code"])


def payment_offered(region: Path, sender: str) -> Share:
    due = [row for row in came(region, sender) if row["payment_eligible"] == "yes"]
    return counted(due, lambda row: row["payment_offered"] == "yes")


def check_ins_offered(region: Path, sender: str) -> Share:
    after = [row for row in came(region, sender) if row["meeting"]["is_trauma_related"] == "yes"]
    return counted(after, lambda row: row["check_in_offered"] == "yes")


def from_ethnic_minorities(region: Path, sender: str) -> Share:
    """Of the people who came, and of whom it is known: who named another group than White British."""
    here = {row["person_ref"] for row in came(region, sender)}
    return of_those(region, sender, here)


def from_ethnic_minorities_in_priorities(region: Path, sender: str) -> Share:
    """The same of those who came to a meeting that set priorities or designed."""
    at_these = [row for row in came(region, sender) if row["meeting"]["stage"] in ("prioritise", "design")]
    return of_those(region, sender, {row["person_ref"] for row in at_these})


def of_those(region: Path, sender: str, people: set[str]) -> Share:
    assert len(people) >= 10
    named = {
        row["person_ref"]: row["value_code"]
        for row in files.newest_book(region, sender)["person_characteristic"]
        if row["characteristic"] == "ethnicity" and row["answer_state"] == "answered"
    }
    return counted([{"group": named[one]} for one in people if one in named], lambda row: row["group"] != "A")


def held_at_the_end(region: Path, sender: str) -> list[Row]:
    return [
        row
        for row in files.newest_book(region, sender)["involvement_role"]
        if row["started_on"] <= QUARTER[1] and (row["ended_on"] is None or row["ended_on"] > QUARTER[1])
    ]


def with_role_description(region: Path, sender: str) -> Share:
    return counted(held_at_the_end(region, sender), lambda row: row["role_brief_given_on"])


def safe(region: Path, sender: str) -> Share:
    return counted(
        held_at_the_end(region, sender),
        lambda row: (
            row["safety_plan_agreed_on"] and row["support_contact_given_on"] and row["trauma_support_offered_on"]
        ),
    )


def ready_before_made_known(region: Path, sender: str) -> Share:
    known = [row for row in files.newest_book(region, sender)["recruitment"] if between(row["advertised_on"])]
    return counted(
        known,
        lambda row: max(row["role_description_ready_on"], row["support_package_ready_on"]) <= row["advertised_on"],
    )


def posts_filled(region: Path, sender: str) -> Share:
    sought = [
        row
        for row in files.newest_book(region, sender)["recruitment"]
        if between(row["advertised_on"]) and row["role_kind"] in ("peer_worker", "lay_member")
    ]
    return Share(sum(row["filled_count"] for row in sought), sum(row["post_count"] for row in sought))


def concerns_closed(region: Path, sender: str) -> Share:
    raised = [
        row
        for row in files.newest_book(region, sender)["concern"]
        if between(row["raised_on"]) and (LAST_DAY - row["raised_on"]).days >= 30
    ]
    return counted(raised, lambda row: row["closed_on"] and (row["closed_on"] - row["raised_on"]).days <= 30)


def quotes_checked(region: Path, sender: str) -> Share:
    return counted(files.newest_book(region, sender)["quote"], lambda row: row["checked_by_role"] and row["checked_on"])


def logged_and_reviewed(region: Path, sender: str) -> Share:
    read = files.newest_registers(region)[sender]
    held = {row["session_id"] for row in read["session"] if row["held_on"]}
    made = [row for row in read["change"] if between(row["implemented_on"])]
    return counted(made, lambda row: row["qi_register_ref"] and row["reviewed_session_id"] in held)


def good_first_contacts(region: Path, sender: str, quarter: tuple[dt.date, dt.date] = QUARTER) -> Share:
    return answered(region, sender, "prem", "overall", ("very_good", "good"), quarter)


def designed_in_partnership(region: Path, sender: str) -> Share:
    return answered(region, sender, "community", "designed_in_partnership", ("yes",), QUARTER)


def answered(
    region: Path, sender: str, survey: str, item: str, good: tuple[str, ...], quarter: tuple[dt.date, dt.date]
) -> Share:
    given = [
        row
        for book in files.books(region, sender)
        for row in book["survey_answer"]
        if (row["survey_kind"], row["item_code"]) == (survey, item) and between(row["answered_on"], quarter)
    ]
    return Share(sum(row["answer_count"] for row in given if row["answer_code"] in good),
                 sum(row["answer_count"] for row in given))  # fmt: skip


def surer_after_training(region: Path, sender: str) -> Share:
    """Staff who said how sure they feel before and after, and feel surer after."""
    said: dict[str, dict[str, int]] = defaultdict(dict)
    for row in files.newest_book(region, sender)["survey_answer"]:
        if row["survey_kind"] == "staff_training":
            said[row["respondent_ref"]][row["wave"]] = LADDER.index(row["answer_code"])
    return counted([one for one in said.values() if len(one) == 2], lambda one: one["after"] > one["before"])


def valued(region: Path, sender: str) -> Share:
    """Of the members whom the network asked about a sender: how many say that what they brought was valued."""
    said = [
        row
        for row in files.survey_answers(region)
        if row["about"].startswith(f"{sender}/")
        and row["statement"] == "What I brought was valued"
        and between(files.day(row["asked_on"]))
    ]
    return Share(sum(row["people"] for row in said if row["answer"] in AGREE), sum(row["people"] for row in said))
