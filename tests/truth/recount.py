"""Work the report quarter's numbers out again from the files, in plain Python, by the definitions the report prints."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.truth import files

AS_OF = dt.date(2026, 7, 29)
"""The day of the build."""
LAST_DAY = dt.date(2026, 6, 30)
"""The last day that a register of the quarter speaks for: what was due later is neither done nor left undone."""
QUARTER = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
YEAR = (dt.date(2025, 7, 1), dt.date(2026, 6, 30))
LONDON = ZoneInfo("Europe/London")
# Whoever made a change does not check it.
OTHERS = ("lived_experience_member", "commissioner", "another_team", "auditor")
ACCESS = ("Access to treatment or drugs", "Appointments", "Waiting times", "Admissions, discharge and transfers")
WARDS = tuple(f"ZW1-S-0{number}" for number in range(1, 6))


class Share(NamedTuple):
    numerator: int
    denominator: int


class Chain:
    """One sender's newest register, linked from what was said to who heard."""

    def __init__(self, read: dict[str, list[dict[str, Any]]], first_due: dict[str, dt.date]) -> None:
        self.inputs = {row["input_id"]: row for row in read["input"]}
        self.changes, self.sessions = read["change"], read["session"]
        self.decisions = {row["decision_id"]: row for row in read["decision"]}
        self.first_due = first_due
        self.decisions_on: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(self.decisions.values(), key=lambda row: (row["decided_on"], row["decision_id"])):
            for name in row["input_ids"]:
                self.decisions_on[name].append(row)
        self.changes_of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.changes:
            for name in row["decision_ids"]:
                self.changes_of[name].append(row)
        self.heard: dict[str, dt.date] = {}
        for row in read["told_back"]:
            for name in row["input_ids"]:
                decided = self.first_decision(name)
                # Before a decision there is nothing to tell, and a telling that reached nobody told nobody.
                if decided and row["told_on"] >= decided["decided_on"] and row["told_count"] != 0:
                    self.heard[name] = min(row["told_on"], self.heard.get(name, row["told_on"]))

    def first_decision(self, name: str) -> dict[str, Any] | None:
        return next(iter(self.decisions_on[name]), None)

    def is_influence(self, name: str) -> bool:
        """A change made on or after a decision that accepted, and checked within a year of the first decision."""
        year_later = self.first_decision(name)["decided_on"] + dt.timedelta(days=365)
        return any(
            change["implemented_on"]
            and decision["decided_on"] <= change["implemented_on"] <= AS_OF
            and checked_by_another(change)
            and change["verified_on"] <= year_later
            for decision in self.decisions_on[name]
            if decision["outcome"] in ("accepted", "partly")
            for change in self.changes_of[decision["decision_id"]]
        )

    def owes_a_reason(self, name: str) -> bool:
        """A refusal without a reason in code and in words, after which no decision gave one or accepted."""
        owed = False
        for row in self.decisions_on[name]:
            if (row["reason_code"] and row["reason"]) or row["outcome"] in ("accepted", "partly"):
                owed = False
            elif row["outcome"] in ("declined", "deferred"):
                owed = True
        return owed

    def waiting(self) -> list[str]:
        return [name for name, row in self.inputs.items() if wants_a_reply(row) and name not in self.heard]


def checked_by_another(change: dict[str, Any]) -> bool:
    return bool(
        change["verified_on"]
        and change["implemented_on"] <= change["verified_on"] <= AS_OF
        and change["verified_by_kind"] in OTHERS
    )


def wants_a_reply(row: dict[str, Any]) -> bool:
    return row["reply_wanted"] not in ("no_thank_you", "cannot_be_reached")


def between(on: dt.date | None, period: tuple[dt.date, dt.date] = QUARTER) -> bool:
    return on is not None and period[0] <= on <= period[1]


@cache
def chains(region: Path) -> dict[str, Chain]:
    """Each sender's chain; the first deadline of a change is the one in the first register that was sent with it."""
    first_due: dict[str, dict[str, dt.date]] = defaultdict(dict)
    newest: dict[str, Any] = {}
    for sender, _, read in files.registers(region):
        for row in read["change"]:
            if row["due_on"]:
                first_due[sender].setdefault(row["change_id"], row["due_on"])
        newest[sender] = read
    return {sender: Chain(read, first_due[sender]) for sender, read in newest.items()}


def influence(chain: Chain) -> Share:
    """Of the latest year whose every decision lies a year back: decided from July 2024 to June 2025."""
    return led_to_a_change(chain, (YEAR[0].replace(year=2024), YEAR[0] - dt.timedelta(days=1)))


def influence_so_far(chain: Chain) -> Share:
    """Of the year that followed, which is too early to judge."""
    return led_to_a_change(chain, YEAR)


def led_to_a_change(chain: Chain, period: tuple[dt.date, dt.date]) -> Share:
    decided = [name for name in chain.inputs if between((chain.first_decision(name) or {}).get("decided_on"), period)]
    return Share(sum(map(chain.is_influence, decided)), len(decided))


def considered(chain: Chain) -> Share:
    """Received in the quarter, thirty days or more before the last day known: how many had a reason by then."""
    asked = {
        name: row["received_on"]
        for name, row in chain.inputs.items()
        if between(row["received_on"]) and (LAST_DAY - row["received_on"]).days >= 30
    }
    in_time = [
        name
        for name, on in asked.items()
        if any(row["reason"] and (row["decided_on"] - on).days <= 30 for row in chain.decisions_on[name])
    ]
    return Share(len(in_time), len(asked))


def declined_and_told(chain: Chain) -> Share:
    """Refused or put off in the quarter, thirty days before the last day known, of those owed a reply: told by then."""
    no = {
        name: first["decided_on"]
        for name, row in chain.inputs.items()
        if wants_a_reply(row)
        and (first := chain.first_decision(name))
        and first["outcome"] in ("declined", "deferred")
        and between(first["decided_on"])
        and (LAST_DAY - first["decided_on"]).days >= 30
    }
    return Share(sum(name in chain.heard and (chain.heard[name] - on).days <= 30 for name, on in no.items()), len(no))


def declined(chain: Chain) -> Share:
    """Refused or put off in the quarter: how many with a reason in code and in words, or put right since."""
    no = [
        name
        for name in chain.inputs
        if (first := chain.first_decision(name))
        and first["outcome"] in ("declined", "deferred")
        and between(first["decided_on"])
    ]
    return Share(sum(not chain.owes_a_reason(name) for name in no), len(no))


def on_time(chain: Chain) -> Share:
    """Made by the first date promised, of those first promised for the quarter and not stopped by then."""
    due = [
        row
        for row in chain.changes
        if between(first := chain.first_due.get(row["change_id"]))
        and (row["implemented_on"] or not (row.get("stopped_on") and row["stopped_on"] <= first))
    ]
    kept = [row for row in due if row["implemented_on"] and row["implemented_on"] <= chain.first_due[row["change_id"]]]
    return Share(len(kept), len(due))


def verified(chain: Chain) -> Share:
    made = [row for row in chain.changes if between(row["implemented_on"])]
    return Share(sum(map(checked_by_another, made)), len(made))


def days_to_hear(chain: Chain) -> list[tuple[int, bool]]:
    """(days watched, whether they heard) of everything said in the year that wants a reply.

    The registers speak up to the quarter's last day: nobody can be seen to wait, or to hear, after it.
    """
    return [
        ((chain.heard.get(name, QUARTER[1]) - row["received_on"]).days, name in chain.heard)
        for name, row in chain.inputs.items()
        if between(row["received_on"], YEAR) and wants_a_reply(row)
    ]


def heard_within(days: int, watched: Iterable[tuple[int, bool]]) -> float:
    """Kaplan-Meier, as the product over the days on which somebody heard."""
    watched = list(watched)
    waiting = 1.0
    for on in sorted({day for day, heard in watched if heard and day <= days}):
        at_risk = sum(day >= on for day, _ in watched)
        waiting *= 1 - sum(heard and day == on for day, heard in watched) / at_risk
    return 1 - waiting


def sessions_held(chain: Chain) -> Share:
    planned = [row for row in chain.sessions if between(row["planned_on"])]
    return Share(sum(row["held_on"] is not None for row in planned), len(planned))


def told_as_members_say(region: Path, sender: str, quarter: tuple[dt.date, dt.date] = QUARTER) -> Share:
    """Of the members whom the network asked in a quarter about a sender, how many say that they were told."""
    about = [
        row
        for row in files.survey_answers(region)
        if row["about"].startswith(f"{sender}/")
        and row["statement"] == "I was told what happened with what I said"
        and between(files.day(row["asked_on"]), quarter)
    ]
    return Share(sum(row["people"] for row in about if row["answer"] == "yes"), sum(row["people"] for row in about))


def told_as_the_register_says(chain: Chain) -> Share:
    """Of what was decided in the year and is owed a reply, how much was told."""
    owed = [
        name
        for name, row in chain.inputs.items()
        if wants_a_reply(row) and between((chain.first_decision(name) or {}).get("decided_on"), YEAR)
    ]
    return Share(sum(name in chain.heard for name in owed), len(owed))


@cache
def bed_days(region: Path) -> dict[tuple[str, dt.date], int]:
    return activity(region, "Occupied bed days")


def activity(region: Path, count: str) -> dict[tuple[str, dt.date], int]:
    """ZW1's counts of one kind by service and month."""
    return {
        (row["Service code"], month): int(row["Value"])
        for month, path in files.newest_of_each_month(region / "zw1", "activity").items()
        for row in files.rows_of_csv(path)
        if row["Count"] == count and row["Counted for"] == "Everybody"
    }


@cache
def interventions(region: Path) -> Counter[tuple[str, dt.date]]:
    """Restrictive interventions by ward and month begun, one per incident and type; rejected incidents have none."""
    rejected = {
        row["recordid"]
        for path in files.newest_of_each_month(region / "zw1", "incidents").values()
        if path.name not in ("incidents_2023-08.csv",)  # sent with semicolons and refused
        for row in files.rows_of_csv(path)
        if row["rep_approved"] == "REJECT"
    }
    once = {
        (row["DatixRef"], row["RestrictiveIntType"]): (
            row["WardCode"], files.day(row["StartDateRestrictiveIntType"]).replace(day=1)
        )
        for path in files.newest_of_each_month(region / "zw1", "restrictive").values()
        for row in files.rows_of_csv(path)
        if row["DatixRef"] not in rejected
    }  # fmt: skip
    return Counter(once.values())


def complaints(region: Path) -> list[dict[str, str]]:
    """ZW1's cases, the newest file of each month."""
    return [
        row
        for path in files.newest_of_each_month(region / "zw1", "complaints").values()
        for row in files.rows_of_csv(path)
        if row["Date received"]
    ]


def access_complaints(region: Path) -> Counter[tuple[str, dt.date]]:
    """Formal complaints with an access subject, once each however many they name, by service name and month."""
    return Counter(
        (row["Unit"].strip(), files.day(row["Date received"]).replace(day=1))
        for row in complaints(region)
        if row["Case type"] == "FORMAL" and {row["KO41a subject 1"], row["KO41a subject 2"]} & set(ACCESS)
    )


def chase_contacts(region: Path) -> Counter[tuple[str, dt.date]]:
    return Counter(
        (row["Unit"].strip(), files.day(row["Date received"]).replace(day=1))
        for row in complaints(region)
        if row["Case type"] == "CHASE"
    )


def positive_answers(region: Path) -> dict[tuple[str, dt.date], Share]:
    """Very good and good out of all answers by service and month; a row that was starred out has no share."""
    found = {}
    for path in (region / "zw2").glob("FFT_MH_*.xlsx"):
        for service, answers in files.friends_and_family(path):
            if "*" not in answers.values():
                total = sum(answers.values())
                found[service, files.month_of(path)] = Share(answers["Very Good"] + answers["Good"], total)
    return found
