"""Export Wenland's incidents and restrictive interventions month by month, as its incident system would."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from demo.chance import Chance
from demo.days import month_end, month_of, months
from demo.history import words
from demo.outbox import Outbox, csv_bytes
from demo.truth import Truth

PROVIDER = "ZW1"
INCIDENT_COLUMNS = [
    "recordid", "inc_type", "inc_category", "inc_severity", "inc_dincident", "inc_time", "inc_dreported", "inc_unit",
    "rep_approved", "lfpse_physical_harm", "lfpse_psychological_harm", "police_attended", "police_restraint",
    "reporter_type", "con_ethnicity", "INC_NOTES", "INC_ACTIONTAKEN",
]  # fmt: skip
RESTRICTIVE_COLUMNS = [
    "RestrictiveIntTypeID", "RestrictiveIntIncID", "DatixRef", "WardCode", "RestrictiveIntType",
    "RestrictiveIntReason", "StartDateRestrictiveIntType", "StartTimeRestrictiveIntType",
    "EndDateRestrictiveIntType", "EndTimeRestrictiveIntType", "RestraintInjuryPatient", "RestraintInjuryCarePers",
    "RestraintInjuryOtherPers", "RestrictiveIntPIReviewHeldPat", "RestrictiveIntPIReviewNotHeldReasPat",
    "RestrictiveIntPIReviewHeldCarePers", "EthnicCategory", "SubmissionStatus",
]  # fmt: skip
ETHNICITIES = {"A": 650, "B": 10, "C": 45, "D": 12, "E": 6, "F": 8, "G": 12, "H": 22, "J": 30, "K": 12, "L": 18,
               "M": 38, "N": 30, "P": 22, "R": 5, "S": 15, "Z": 45, "99": 20}  # fmt: skip
CATEGORIES = {"SELFH": 28, "VIOLE": 22, "MEDIC": 14, "FALLS": 12, "ABSCO": 8, "ACCES": 5, "ENVIR": 6, "INFOG": 5}
TYPES = {"VIOLE": "SECUR1", "ENVIR": "ENVIR1", "INFOG": "SECUR1", "FALLS": "PATIE2"}
SEVERITIES = {"NONE": 62, "LOW": 28, "MEDIUM": 8, "HIGH": 2}
# The scales of LFPSE run backwards: 5 is no physical harm and 1 is fatal; 4 is no psychological harm and 1 is severe.
PHYSICAL = {"5": 74, "4": 20, "3": 4, "2": 1, "": 1}
PSYCHOLOGICAL = {"4": 62, "3": 28, "2": 7, "1": 1, "": 2}
REPORTERS = {"3": 91, "2": 3, "1": 3, "4": 2, "5": 1}
HOLDS = {"13": 18, "07": 16, "11": 14, "08": 14, "09": 12, "10": 8, "05": 8, "14": 7, "01": 2, "12": 1}
REASONS = {"10": 40, "11": 30, "12": 5, "13": 12, "14": 2, "15": 2, "16": 3, "17": 4, "19": 1, "99": 1}
REVIEWS = {("H", ""): 62, ("D", "PD"): 14, ("N", "NO"): 14, ("N", "LS"): 3, ("X", "TU"): 4, ("U", ""): 3}


def write(outbox: Outbox) -> None:
    """Write both feeds of every month."""
    truth = outbox.truth
    provider = truth.providers[PROVIDER]
    counters = {"I": 0, "R": 0, "RI": 0}
    for month in months(provider["first_month"], truth.region["last_month"]):
        held = restrictive(truth, month, counters)
        incidents = incidents_of(truth, month, held, counters)
        send_incidents(outbox, month, incidents)
        send_restrictive(outbox, month, held)


def on_the_wall(day: date, hour: int, minute: int) -> datetime:
    """A moment as the clock on the wall shows it; the zone is there for the arithmetic only."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def following(counters: dict[str, int], letter: str) -> str:
    counters[letter] += 1
    return f"{PROVIDER}-{letter}-{counters[letter]:06}"


def restrictive(truth: Truth, month: date, counters: dict[str, int]) -> list[dict[str, Any]]:
    """One month's restrictive interventions; about a quarter follow another in the same incident."""
    rows: list[dict[str, Any]] = []
    for service in truth.providers[PROVIDER]["services"]:
        if "restrictive_a_month" not in service:
            continue
        chance = Chance(truth.region["seed"], "restrictive", service["id"], month)
        level = service["restrictive_a_month"] * truth.factor("restrictive_interventions", service["id"], month)
        last: dict[str, Any] | None = None
        for _ in range(chance.poisson(level)):
            if last and last["kind"] != "05" and chance.happens(0.25):
                start, same = last["end"], last
                kind = chance.weighted({one: weight for one, weight in HOLDS.items() if one != last["kind"]})
            else:
                day = month + timedelta(days=chance.between(0, month_end(month).day - 1))
                # Nothing starts late enough to run into the hour that is lost or doubled when the clocks change.
                start = on_the_wall(day, chance.between(6, 20), chance.between(0, 59))
                same, kind = None, chance.weighted(HOLDS)
            review, reason_not = chance.weighted(REVIEWS)
            last = {
                "service": service, "kind": kind, "start": start,
                "end": start + timedelta(minutes=chance.between(45, 170) if kind == "05" else chance.between(1, 22)),
                "incident": same["incident"] if same else following(counters, "RI"),
                "datix": same["datix"] if same else following(counters, "I"),
                "ethnicity": same["ethnicity"] if same else chance.weighted(ETHNICITIES),
                "reason": chance.weighted(REASONS), "review": review, "reason_not": reason_not,
                "carer": chance.weighted({"Y": 12, "N": 80, "U": 8}),
                "injuries": [chance.weighted({"N": 96 - share, "Y": share, "U": 4}) for share in (4, 6, 1)],
            }  # fmt: skip
            rows.append(last)
    rows.sort(key=lambda row: (row["start"], row["datix"]))
    for row in rows:
        row["id"] = following(counters, "R")
    return rows


def incidents_of(
    truth: Truth, month: date, held: list[dict[str, Any]], counters: dict[str, int]
) -> list[dict[str, Any]]:
    """One month's incidents: one for each incident in which somebody was held, and the ordinary ones."""
    chance = Chance(truth.region["seed"], "incidents", month)
    wording = words()
    starts = {row["datix"]: row for row in reversed(held)}
    drafts = [(row["start"], row["service"], "RESTR", row["ethnicity"], name) for name, row in starts.items()]
    for service in truth.providers[PROVIDER]["services"]:
        for _ in range(chance.poisson(service["incidents_a_month"])):
            day = month + timedelta(days=chance.between(0, month_end(month).day - 1))
            moment = on_the_wall(day, chance.between(0, 23), chance.between(0, 59))
            name = following(counters, "I")
            drafts.append((moment, service, chance.weighted(CATEGORIES), chance.weighted(ETHNICITIES), name))
    drafts.sort(key=lambda draft: (draft[0], draft[4]))
    rows = []
    for moment, service, category, ethnicity, name in drafts:
        police = chance.weighted({"N": 93, "Y": 4, "U": 3}) if category in ("RESTR", "VIOLE", "ABSCO") else "N"
        unsure = category != "RESTR" and chance.happens(0.03)
        rows.append({
            "occurred": moment.date(),
            "recordid": name,
            "inc_type": TYPES.get(category, "PATIE1"),
            "inc_category": category,
            "inc_severity": chance.weighted(SEVERITIES),
            "inc_dincident": moment.strftime("%d/%m/%Y"),
            "inc_time": moment.strftime("%H%M" if chance.happens(0.1) else "%H:%M"),
            "inc_dreported": (moment.date() + timedelta(days=chance.weighted({0: 60, 1: 25, 2: 8, 3: 4, 5: 3})))
            .strftime("%d/%m/%Y"),
            "inc_unit": service["name"] + (" " if chance.happens(0.01) else ""),
            "rep_approved": "REJECT" if unsure else chance.weighted({"FA": 88, "INREV": 9, "AWAREV": 3}),
            "lfpse_physical_harm": chance.weighted(PHYSICAL),
            "lfpse_psychological_harm": chance.weighted(PSYCHOLOGICAL),
            "police_attended": police,
            "police_restraint": chance.weighted({"N": 70, "Y": 30}) if police == "Y" else "N",
            "reporter_type": chance.weighted(REPORTERS),
            "con_ethnicity": ethnicity,
            "INC_NOTES": chance.one_of(wording["staff_notes"]),
            "INC_ACTIONTAKEN": chance.one_of(wording["staff_actions"]),
        })  # fmt: skip
    return rows


def send_incidents(outbox: Outbox, month: date, rows: list[dict[str, Any]]) -> None:
    """Send one month's incidents, with what truth.yml spoils in it."""
    name = f"incidents_{month:%Y-%m}.csv"
    sent_on = outbox.day_for(name, month_end(month), "monthly")
    columns = list(INCIDENT_COLUMNS)
    for event in outbox.truth.of(PROVIDER, kind="bad_row", feed="incidents"):
        if event["file"] == name:
            rows = rows + spoiled(rows[len(rows) // 2], event)
    events = [one for one in outbox.truth.of(PROVIDER, kind="bad_file", feed="incidents") if one["file"] == name]
    fault = events[0]["fault"] if events else None
    if fault == "declared_identifier_column":
        columns.insert(1, events[0]["column"])
        numbers = made_up_numbers(outbox.truth, name)
        rows = [row | {events[0]["column"]: next(numbers)} for row in rows]
    good = csv_bytes([columns, *([row[column] for column in columns] for row in rows)])
    if fault == "empty_file":
        outbox.send(name, b"", sent_on)
        outbox.send(events[0]["later_file"], good, events[0]["later_sent_on"])
    elif fault == "wrong_delimiter":
        outbox.send(name, csv_bytes([columns, *([row[one] for one in columns] for row in rows)], ";"), sent_on)
    else:
        outbox.send(name, good, sent_on)


def spoiled(row: dict[str, Any], event: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that an event adds to an otherwise good month of incidents."""
    bad = row | {"recordid": event["key"], "inc_category": "ENVIR", "inc_type": "ENVIR1", "police_attended": "N",
                 "police_restraint": "N", "rep_approved": "FA"}  # fmt: skip
    if event["fault"] == "impossible_date":
        return [bad | {event["column"]: event["value"]}]
    if event["fault"] == "reported_before_occurred":
        return [bad | {"inc_dreported": f"{row['occurred'] - timedelta(days=9):%d/%m/%Y}"}]
    return [bad | {"inc_severity": "LOW"}, bad | {"inc_severity": "HIGH"}]


def send_restrictive(outbox: Outbox, month: date, rows: list[dict[str, Any]]) -> None:
    """Send one month's restrictive interventions; a restated month is sent short at first."""
    name = f"restrictive_{month:%Y-%m}.csv"
    sent_on = outbox.day_for(name, month_end(month), "monthly")
    lines = [restrictive_line(row, "Performance") for row in rows]
    for event in outbox.truth.of(PROVIDER, kind="bad_row", feed="restrictive"):
        if event["file"] == name:
            like = next(row for row in rows if row["service"]["id"] == event["service"])
            odd = restrictive_line(like, "Performance")
            odd[0], odd[4] = event["key"], event["value"]
            lines.append(odd)
    for event in outbox.truth.of(PROVIDER, kind="restated_file", feed="restrictive"):
        if month_of(event["month"]) == month:
            there = [row["id"] for row in rows if row["service"]["id"] == event["service"]]
            late = there[-event["left_out_at_first"] :]
            final = [[*line[:-1], event["later_status"]] for line in lines]
            outbox.send(event["later_file"], csv_bytes([RESTRICTIVE_COLUMNS, *final]), event["sent_on"])
            lines = [line for line in lines if line[0] not in late]
    outbox.send(name, csv_bytes([RESTRICTIVE_COLUMNS, *lines]), sent_on)


def restrictive_line(row: dict[str, Any], status: str) -> list[Any]:
    return [
        row["id"], row["incident"], row["datix"], row["service"]["id"], row["kind"], row["reason"],
        f"{row['start']:%d/%m/%Y}", f"{row['start']:%H:%M}", f"{row['end']:%d/%m/%Y}", f"{row['end']:%H:%M}",
        *row["injuries"], row["review"], row["reason_not"], row["carer"], row["ethnicity"], status,
    ]  # fmt: skip


def made_up_numbers(truth: Truth, name: str) -> Any:
    """Numbers in the form of NHS numbers, made as asked for, from the range 999 that is never given to anybody."""
    chance = Chance(truth.region["seed"], "numbers", name)
    while True:
        digits = [9, 9, 9, *(chance.between(0, 9) for _ in range(6))]
        check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            yield "".join(map(str, [*digits, check % 11]))
