"""Keep the small charity's four-sheet register honestly, and type it into the template workbook each quarter."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from demo.chance import Chance
from demo.days import month_end, months, next_month, quarter_ends, weekday_of_month, working_day_after
from demo.history import words
from demo.outbox import Outbox
from demo.truth import Truth
from demo.workbooks import saved

PROVIDER = "ZW3"
ABOUT, WORK, MEETINGS, SAID = "About us", "Our work", "Meetings", "You said, we did"
NAMES_ROW, FIRST_LINE = 2, 5
# "About us" is a form: the machine name in column A, the label in B, and an answer in one of these columns.
ANSWERS = {"answer_code": 3, "numerator": 4, "denominator": 5, "on_date": 6, "amount_gbp": 7}

Line = dict[str, Any]
Sheets = dict[str, list[Line]]


@dataclass(frozen=True)
class PrintedId:
    """A link to another sheet's line, by the id that the template has printed on it; the first line is 1."""

    sheet: str
    line: int


def write(outbox: Outbox, template: Path) -> None:
    """Send one workbook a quarter; each holds all the lines so far."""
    for end in quarter_ends(outbox.truth.region["first_month"], outbox.truth.region["last_month"]):
        name = f"lantern_room_{end:%Y%m%d}.xlsx"
        sent_on = outbox.day_for(name, end, "quarterly")
        if sent_on <= outbox.sent_by:
            outbox.send(name, filled(template, lines(outbox.truth, end), end), sent_on)


def lines(truth: Truth, day: date) -> Sheets:
    """What the charity has to enter on a day, sheet by sheet, in the columns' plain machine names."""
    provider = truth.providers[PROVIDER]
    works = [work for work in provider["groups"] if work["started_on"] <= day]
    meetings = [row for row in all_meetings(truth) if row["planned_on"] <= day]
    held_this_quarter = [row for row in meetings if row["planned_on"] > month_end(next_month(day, -3))]
    return {
        ABOUT: about(provider, works, held_this_quarter, day),
        WORK: [
            {"group_name": work["name"], "purpose": work["purpose"], "lived_experience_member_count": work["members"],
             "agreed_term": work["agreed_term"], "tor_reviewed_on": reviewed(work["started_on"], day),
             "level_claimed": work["level"], "started_on": work["started_on"], "scope": work["scope"],
             "decision_group_id": PrintedId(WORK, 1), "decision_rights": work["rights"]}
            for work in works
        ],
        MEETINGS: meetings,
        SAID: [known(row, day) for row in all_said(truth) if row["received_on"] <= day],
    }  # fmt: skip


def reviewed(started: date, day: date) -> date:
    this_year = started.replace(year=day.year)
    return this_year if this_year <= day else started.replace(year=day.year - 1)


def about(provider: dict[str, Any], works: list[Line], held: list[Line], day: date) -> list[Line]:
    """The quarter's form: every count is a true n of m, and the services stand below."""
    members = works[0]["members"]
    attended = sum(row["lived_experience_count"] for row in held)
    claims = 3 * len(held)
    answers: list[Line] = [
        {"item_code": "champion_named", "answer_code": "yes"},
        {"item_code": "board_lead_named", "answer_code": "yes"},
        {"item_code": "coproduction_level_now", "answer_code": "co_design"},
        {"item_code": "coproduction_level_aim", "answer_code": "co_production"},
        {"item_code": "framework_adopted", "answer_code": "four_pi"},
        {"item_code": "equality_strategy_reviewed", "on_date": date(day.year - (day.month < 5), 4, 9)},
    ]
    for item, part, whole in (
        ("members_with_role_description", members, members),
        ("members_with_confidentiality_agreement", members, members),
        ("members_trained_before_start", members, members),
        ("participations_offered_payment", attended, attended),
        ("claims_paid_in_time", claims, claims),
        ("carers_among_participants", 2, members),
    ):
        answers.append({"item_code": item, "numerator": part, "denominator": whole})
    services = [
        {"service_id": one["id"], "service_name": one["name"], "service_kind": one["kind"]}
        for one in provider["services"]
    ]
    return [*answers, *services]


def all_meetings(truth: Truth) -> list[Line]:
    """Every monthly meeting of both works; all took place, in a place everybody can get into, with minutes next day."""
    found = []
    for number, work in enumerate(truth.providers[PROVIDER]["groups"], 1):
        for month in months(truth.region["first_month"], truth.region["last_month"]):
            held = working_day_after(weekday_of_month(month, 1, 2 * number), 0)
            if held < work["started_on"]:
                continue
            chance = Chance(truth.region["seed"], "meeting", work["id"], month)
            needs = chance.between(0, 2)
            found.append({
                "group_id": PrintedId(WORK, number), "planned_on": held, "held_on": held,
                "lived_experience_count": chance.between(work["members"] - 3, work["members"]),
                "first_time_count": chance.weighted({0: 5, 1: 4, 2: 1}), "is_venue_accessible": "yes",
                "minutes_issued_on": held + timedelta(days=1), "need_stated_count": needs, "need_met_count": needs,
            })  # fmt: skip
    return sorted(found, key=lambda row: row["planned_on"])


def all_said(truth: Truth) -> list[Line]:
    """Everything said to the charity: each is decided at the next members' meeting and told within days."""
    provider, seed = truth.providers[PROVIDER], truth.region["seed"]
    topics = [topic for topic in words()["topics"] if "lantern" in topic["about"]]
    forum = [row["held_on"] for row in all_meetings(truth) if row["group_id"].line == 1]
    moved = next(event for event in truth.of(PROVIDER, kind="honest"))["revised_change"]
    found: list[Line] = []
    pile: list[tuple[Line, str]] = []
    for end in quarter_ends(truth.region["first_month"], truth.region["last_month"]):
        chance = Chance(seed, "said", PROVIDER, end)
        start = next_month(end, -2)
        # Everything comes early enough in the quarter to be decided and told before it ends.
        days = sorted(
            working_day_after(start + timedelta(days=chance.between(0, 55)), 0)
            for _ in range(provider["inputs_a_quarter"] + chance.between(-2, 2))
        )
        for day in days:
            if not pile:
                wording = chance.between(0, 1)
                pile = chance.shuffled([(topic, topic["said"][wording]) for topic in topics])
            topic, said = pile.pop()
            found.append(one_said(chance, topic, said, day, forum, provider["groups"][0]["members"]))
    line = found[moved["line"] - 1]
    line |= outcome_of("accepted", line.pop("topic"), line["decided_on"]) | {
        "due_on": moved["due_on"], "moved": moved, "implemented_on": moved["implemented_on"],
        "verified_on": moved["implemented_on"] + timedelta(days=9), "verified_by_kind": "lived_experience_member",
    }  # fmt: skip
    for row in found:
        row.pop("topic", None)
    return found


def one_said(chance: Chance, topic: Line, said: str, day: date, forum: list[date], members: int) -> Line:
    """One line: what was said, what was decided, what changed, who was told."""
    decided = next(held for held in forum if held >= day + timedelta(days=3))
    speaker = chance.weighted({"own_experience": 70, "group": 20, "carer": 10})
    outcome = chance.weighted({"accepted": 76, "declined": 24})
    told = working_day_after(decided, chance.between(1, 4))
    count = members if speaker == "group" else 1
    row: Line = {
        "topic": topic, "received_on": day, "said": said, "source_kind": "meeting" if speaker == "group" else "direct",
        "given_by_kind": speaker, "reply_wanted": "yes", "decided_on": decided,
        **outcome_of(outcome, topic, decided), "told_what": "decision", "told_on": told,
        "told_who": "everyone_who_took_part" if speaker == "group" else "person", "told_count": count,
    }  # fmt: skip
    if outcome == "accepted":
        due = working_day_after(decided + timedelta(days=chance.between(28, 70)), 0)
        done = working_day_after(decided + timedelta(days=chance.between(10, 26)), 0)
        row |= {"due_on": due, "implemented_on": done, "verified_on": working_day_after(done, chance.between(4, 12)),
                "verified_by_kind": "lived_experience_member"}  # fmt: skip
    return row


def outcome_of(outcome: str, topic: Line, decided: date) -> Line:
    """The cells of a decision and, when it was yes, of the change that follows."""
    cells: Line = {"decided_on": decided, "decided_by_role": "Members' meeting", "outcome": outcome,
                   "reason_code": None, "reason": topic[outcome]}  # fmt: skip
    if outcome == "declined":
        return cells | {"reason_code": topic["code"]}
    return cells | {"changed": topic["changed"], "owner_role": "Coordinator"}


def known(row: Line, day: date) -> Line:
    """A line as it could be filled in on a day; a moved due date shows from a fortnight before the first one."""
    row = dict(row)
    moved = row.pop("moved", None)
    if moved and day >= moved["due_on"] - timedelta(days=14):
        row["due_on"] = moved["revised_due_on"]
    for key, company in {
        "decided_on": ("decided_by_role", "outcome", "reason_code", "reason", "changed", "owner_role", "due_on"),
        "implemented_on": (),
        "verified_on": ("verified_by_kind",),
        "told_on": ("told_what", "told_who", "told_count"),
    }.items():
        if key in row and row[key] > day:
            for hidden in (key, *company):
                row.pop(hidden, None)
    return row


def fill(template: Path, rows: Sheets, out: Path, on: date) -> None:
    """Type rows into a copy of the template and save it, with every inner time set to a day."""
    out.write_bytes(filled(template, rows, on))


def filled(template: Path, rows: Sheets, on: date) -> bytes:
    """The bytes of the template with rows typed in.

    Columns are found by the machine names hidden in row 2, lines by the ids printed in column A from row 5; the form
    "About us" by the machine names in its column A. A ValueError says what the template does not have.
    """
    book = load_workbook(io.BytesIO(template.read_bytes()))
    for name in (WORK, MEETINGS, SAID):
        sheet = book[name]
        columns = {cell.value: cell.column for cell in sheet[NAMES_ROW] if cell.value}
        printed = printed_lines(sheet)
        for line, row in enumerate(rows[name], 1):
            if line not in printed:
                raise ValueError(f"{template.name}, sheet {name}: {line} lines are needed, {len(printed)} are printed")
            for key, value in row.items():
                if key not in columns:
                    raise ValueError(f"{template.name}, sheet {name}: row {NAMES_ROW} has no column named {key}")
                if isinstance(value, PrintedId):
                    target = book[value.sheet]
                    value = target.cell(printed_lines(target)[value.line], 1).value
                if value is not None:
                    sheet.cell(printed[line], columns[key], value)
    fill_form(book[ABOUT], rows[ABOUT], template.name)
    return saved(book, on)


def printed_lines(sheet: Worksheet) -> dict[int, int]:
    """The row of each line that has an id printed on it, by the line's number."""
    rows = [row for row in range(FIRST_LINE, sheet.max_row + 1) if sheet.cell(row, 1).value]
    return dict(enumerate(rows, 1))


def fill_form(sheet: Worksheet, rows: list[Line], template: str) -> None:
    """Answer the form, and name the services below the row whose machine name is `services`."""
    at = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value}
    services = [row for row in rows if "service_id" in row]
    for row in rows:
        if "item_code" in row:
            if row["item_code"] not in at:
                raise ValueError(f"{template}, sheet {sheet.title}: column A has no line named {row['item_code']}")
            for key, column in ANSWERS.items():
                if row.get(key) is not None:
                    sheet.cell(at[row["item_code"]], column, row[key])
    for number, service in enumerate(services, at["services"] + 1):
        for column, key in enumerate(("service_id", "service_name", "service_kind"), 1):
            sheet.cell(number, column, service[key])
