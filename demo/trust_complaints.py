"""Export Wenland's complaints, PALS cases and chase contacts, and its activity counts, month by month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from demo.chance import Chance
from demo.days import month_end, month_of, months, working_day_after
from demo.history import words
from demo.outbox import Outbox, csv_bytes
from demo.trust_datix import ETHNICITIES, PROVIDER, made_up_numbers
from demo.truth import Truth

COLUMNS = [
    "Case ref", "Case type", "From PALS ref", "Date received", "Date acknowledged", "Response agreed by",
    "Date responded", "Date closed", "Unit", "KO41a subject 1", "KO41a subject 2", "Outcome", "Complainant",
    "Ethnicity", "Handler notes",
]  # fmt: skip
ACTIVITY_COLUMNS = ["Month ending", "Service code", "Service", "Count", "Value", "Counted for", "Category"]
ACCESS = {"Access to treatment or drugs": 30, "Appointments": 34, "Waiting times": 24,
          "Admissions, discharge and transfers": 12}  # fmt: skip
OTHER = {"Communications": 30, "Values and behaviours": 20, "Patient care including nutrition and hydration": 16,
         "Privacy, dignity and wellbeing": 9, "Prescribing errors": 5, "Facilities services": 6, "Restraint": 3,
         "Staffing numbers": 4, "Trust administration": 5, "Other": 2}  # fmt: skip
COMPLAINANTS = {"Patient": 55, "Parent": 14, "Carer": 12, "Guardian": 2, "Other": 17}
OUTCOMES = {"Upheld": 28, "Partly upheld": 34, "Not upheld": 33, "Withdrawn": 5}
COUNTS = {"referrals": "Referrals received", "open_referrals": "Open referrals at month end", "contacts": "Contacts",
          "waiting": "Waiting for a first contact"}  # fmt: skip
LOGIN_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Sign in</title></head>
<body><h1>Your session has ended</h1><form action="/login" method="post">
<label>User name <input name="user"></label><label>Password <input name="password" type="password"></label>
<button>Sign in</button></form></body></html>
"""


def write(outbox: Outbox) -> None:
    """Write both feeds of every month."""
    truth = outbox.truth
    counter = [0]
    for month in months(truth.providers[PROVIDER]["first_month"], truth.region["last_month"]):
        send_complaints(outbox, month, cases(truth, month, counter))
        send_activity(outbox, month)


def cases(truth: Truth, month: date, counter: list[int]) -> list[dict[str, Any]]:
    """One month's cases as they truly went, to their end."""
    rows: list[dict[str, Any]] = []
    for service in truth.providers[PROVIDER]["services"]:
        chance = Chance(truth.region["seed"], "complaints", service["id"], month)
        easier = truth.factor("access_complaints", service["id"], month)
        chased = service.get("chase_a_month", 0) * truth.factor("chase_contacts", service["id"], month)
        access = service.get("access_complaints_a_month")
        for kind, mean, subjects in (
            ("FORMAL", access * easier if access else 0.4, ACCESS),
            ("FORMAL", 1.5, OTHER),
            ("PALS", access * easier if access else 0.8, ACCESS),
            ("PALS", 2.5, OTHER),
            ("CHASE", chased, None),
        ):
            rows += [case(chance, kind, service["name"], subjects, month) for _ in range(chance.poisson(mean))]
    rows.sort(key=lambda row: row["received"])
    for row in rows:
        counter[0] += 1
        row["id"] = f"{PROVIDER}-K-{counter[0]:06}"
    chance = Chance(truth.region["seed"], "from pals", month)
    for row in rows:
        earlier = [one for one in rows if one["kind"] == "PALS" and one["unit"] == row["unit"]
                   and one["received"] < row["received"] and one["subjects"][0] == row["subjects"][0]]  # fmt: skip
        if row["kind"] == "FORMAL" and earlier and chance.happens(0.5):
            row["pals"] = earlier[0]["id"]
    return rows


def case(chance: Chance, kind: str, unit: str, subjects: dict[str, int] | None, month: date) -> dict[str, Any]:
    """One complaint, PALS case or chase contact."""
    received = working_day_after(month + timedelta(days=chance.between(0, month_end(month).day - 1)), 0)
    if received > month_end(month):
        received = working_day_after(month, 0)
    picked = [chance.weighted(subjects)] if subjects else ["", ""]
    # A second subject is drawn from the same family: what is about access is counted by the first.
    if subjects and chance.happens(0.3):
        picked.append(chance.weighted({name: weight for name, weight in subjects.items() if name != picked[0]}))
    wait = {"FORMAL": (15, 45), "PALS": (1, 10), "CHASE": (0, 0)}[kind]
    answered = working_day_after(received, chance.between(*wait))
    return {
        "kind": kind, "unit": unit, "received": received, "subjects": [*picked, ""][:2],
        "acknowledged": working_day_after(received, chance.weighted({0: 20, 1: 40, 2: 25, 3: 10, 5: 5}))
        if kind == "FORMAL" else received,
        "agreed": working_day_after(received, 40) if kind == "FORMAL" else None,
        "responded": answered,
        "closed": answered + timedelta(days=chance.between(0, 5)) if kind == "FORMAL" else answered,
        "outcome": chance.weighted(OUTCOMES) if kind == "FORMAL" else "",
        "complainant": chance.weighted(COMPLAINANTS),
        "ethnicity": chance.weighted(ETHNICITIES) if kind != "CHASE" else "99",
        "note": chance.one_of(words()["staff_notes"]),
    }  # fmt: skip


def as_sent(rows: list[dict[str, Any]], day: date) -> list[list[Any]]:
    """The cases as the trust's system showed them at the end of the day before the file was sent."""

    def known(when: date | None) -> str:
        return f"{when:%d/%m/%Y}" if when and when < day else ""

    return [
        [row["id"], row["kind"], row.get("pals"), known(row["received"]), known(row["acknowledged"]),
         f"{row['agreed']:%d/%m/%Y}" if row["agreed"] else "", known(row["responded"]), known(row["closed"]),
         row["unit"], *row["subjects"],
         (row["outcome"] if known(row["closed"]) else "Open") if row["kind"] == "FORMAL" else "",
         row["complainant"], row["ethnicity"], row["note"]]
        for row in rows
    ]  # fmt: skip


def send_complaints(outbox: Outbox, month: date, rows: list[dict[str, Any]]) -> None:
    """Send one month's cases, with what truth.yml spoils or sends again."""
    name = f"complaints_{month:%Y-%m}.csv"
    sent_on = outbox.day_for(name, month_end(month), "monthly")
    lines = as_sent(rows, sent_on)
    events = [one for one in outbox.truth.of(PROVIDER, feed="complaints") if one.get("file") == name]
    for event in events:
        if event["kind"] == "bad_row":
            extra = next(line for line in lines if line[1] == "PALS")
            lines.append([event["key"], "FORMAL", "", "", *extra[4:9], "Facilities services", "", "Open", *extra[12:]])
        if event["kind"] == "reissued_file":
            outbox.send(event["later_file"], csv_bytes([COLUMNS, *as_sent(rows, event["sent_on"])]), event["sent_on"])
        if event["kind"] == "bad_file":
            outbox.send(event["later_file"], csv_bytes([COLUMNS, *lines]), event["later_sent_on"])
            numbers = made_up_numbers(outbox.truth, name)
            outbox.send(
                name, csv_bytes([[*COLUMNS, event["column"]], *([*line, next(numbers)] for line in lines)]), sent_on
            )
            return
    outbox.send(name, csv_bytes([COLUMNS, *lines]), sent_on)


def send_activity(outbox: Outbox, month: date) -> None:
    """Send one month's counts of what the services did."""
    name = f"activity_{month:%Y-%m}.csv"
    sent_on = outbox.day_for(name, month_end(month), "monthly")
    end = month_end(month)
    lines = []
    for service in outbox.truth.providers[PROVIDER]["services"]:
        chance = Chance(outbox.truth.region["seed"], "activity", service["id"], month)
        counts = []
        if "beds" in service:
            open_beds = service["beds"] * outbox.truth.factor("occupied_bed_days", service["id"], month)
            counts.append(("Occupied bed days", chance.near(open_beds * end.day * 0.94, 0.02)))
        for key, label in COUNTS.items():
            if key in service:
                spread = 0.015 if key == "open_referrals" else 0.06
                counts.append((label, chance.near(service[key], spread)))
        counted = [(label, value, "Everybody", None) for label, value in counts]
        if "beds" in service and month >= month_of(outbox.truth.region["bed_days_by_ethnicity_from"]):
            label, value = counts[0]
            counted += [(label, part, "Ethnic category", category) for category, part in by_ethnicity(value).items()]
        lines += [[f"{end:%d/%m/%Y}", service["id"], service["name"], *cells] for cells in counted]
    good = csv_bytes([ACTIVITY_COLUMNS, *lines])
    for event in outbox.truth.of(PROVIDER, kind="bad_file", feed="activity"):
        if month_of(event["month"]) == month:
            outbox.send(event["later_file"], good, event["later_sent_on"])
            good = LOGIN_PAGE
    outbox.send(name, good, sent_on)


def by_ethnicity(bed_days: int) -> dict[str, int]:
    """A ward's bed days by the category of who lay there; what rounding leaves over stands under not known."""
    shares = sum(ETHNICITIES.values())
    parts = {category: bed_days * weight // shares for category, weight in ETHNICITIES.items()}
    return parts | {"99": bed_days - sum(parts.values()) + parts["99"]}
