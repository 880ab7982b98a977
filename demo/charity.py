"""Keep the small charity's four-sheet register honestly, and type it into the template workbook each quarter."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from demo.chance import Chance
from demo.days import month_end, months, next_month, quarter_ends, weekday_of_month, working_day_after
from demo.history import words
from demo.outbox import Outbox
from demo.truth import Truth
from demo.workbooks import saved

PROVIDER = "ZW3"
ABOUT, WORK, MEETINGS, SAID, LISTS = "About us", "Our work", "Meetings", "You said, we did", "lists"
NAMES_ROW, FIRST_LINE = 2, 5
# "About us" is a form: the machine name in column A, the label in B, and an answer in one of these columns.
ANSWERS = {"answer_code": "C", "numerator": "D", "denominator": "E", "on_date": "F", "amount_gbp": "G",
           "declared_by_role": "H"}  # fmt: skip

Line = dict[str, Any]
Sheets = dict[str, list[Line]]


@dataclass(frozen=True)
class PrintedId:
    """A link to another line, by the id that the template has printed on it; a sheet's first line is 1."""

    sheet: str
    line: int


def write(outbox: Outbox, template: Path) -> None:
    """Send one workbook a quarter; each holds all the lines so far."""
    for end in quarter_ends(outbox.truth.region["first_month"], outbox.truth.region["last_month"]):
        name = f"lantern_room_{end:%Y%m%d}.xlsx"
        sent_on = outbox.day_for(name, end, "quarterly")
        if sent_on <= outbox.sent_by:
            outbox.send(name, filled(template, lines(outbox.truth, end, sent_on), end), sent_on)


def lines(truth: Truth, day: date, sent_on: date) -> Sheets:
    """What the charity has to enter about the time up to a day, sheet by sheet, in the columns' machine names."""
    works = [work for work in truth.providers[PROVIDER]["groups"] if work["started_on"] <= day]
    meetings = [row for row in all_meetings(truth) if row["planned_on"] <= day]
    held_this_quarter = [row for row in meetings if row["planned_on"] > month_end(next_month(day, -3))]
    return {
        ABOUT: about(truth.providers[PROVIDER], works, held_this_quarter, day, sent_on),
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


def about(provider: dict[str, Any], works: list[Line], held: list[Line], day: date, sent_on: date) -> list[Line]:
    """The quarter's form: every count is a true n of m, and the services stand below."""
    members = works[0]["members"]
    attended = sum(row["lived_experience_count"] for row in held)
    claims = 3 * len(held)
    answers: list[Line] = [
        {"item_code": "quarter", "answer_code": financial_quarter(day)},
        {"item_code": "submitted_on", "answer_code": sent_on},
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
    for answer in answers[2:]:
        answer["declared_by_role"] = "Coordinator"
    services = [{"service_name": one["name"], "service_kind": one["kind"]} for one in provider["services"]]
    return [*answers, *services]


def financial_quarter(day: date) -> str:
    """`2026-27-Q1` for the quarter that ends in June 2026."""
    start = day.year - (day.month < 4)
    return f"{start}-{(start + 1) % 100:02}-Q{(day.month - 4) % 12 // 3 + 1}"


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
    """Everything said to the charity, oldest first: members decide at their next meeting, and whoever spoke is told.

    A thing that two people said is decided once; the second line is named on the first and has no decision of its own.
    """
    provider, seed = truth.providers[PROVIDER], truth.region["seed"]
    forum = [row["held_on"] for row in all_meetings(truth) if row["group_id"].line == 1]
    moved = truth.of(PROVIDER, kind="honest")[0]["revised_change"]
    pile = Chance(seed, "topics", PROVIDER).shuffled(
        [topic for topic in words()["topics"] if "lantern" in topic["about"]]
    )
    found: list[Line] = []
    for end in quarter_ends(truth.region["first_month"], truth.region["last_month"]):
        chance = Chance(seed, "said", PROVIDER, end)
        start = next_month(end, -2)
        meetings = [held for held in forum if start + timedelta(days=5) <= held <= end - timedelta(days=7)]
        raised = []
        while sum(map(len, raised)) < provider["inputs_a_quarter"] + chance.between(-1, 1):
            decided = chance.one_of(meetings)
            raised.append(one_matter(chance, pile.pop(), start, decided, provider["groups"][0]["members"]))
        found += [row for matter in sorted(raised, key=lambda rows: rows[0]["received_on"]) for row in matter]
        # The line that truth.yml moves the date of must be one that led to a change.
        place = int(moved["line"].rpartition("-")[2])
        if len(found) >= place and "moved" not in found[place - 1]:
            move(found, place, moved)
    for number, row in enumerate(found, 1):
        if row.pop("answers_next", False):
            row["input_ids"] = PrintedId(SAID, number + 1)
    return found


def one_matter(chance: Chance, topic: Line, start: date, decided: date, members: int) -> list[Line]:
    """The one or two lines of one matter: what was said, what was decided, what changed, who was told."""
    rows: list[Line] = []
    outcome = chance.weighted({"accepted": 76, "declined": 24})
    told = working_day_after(decided, chance.between(1, 4))
    for said in topic["said"][: 2 if chance.happens(0.85) else 1]:
        speaker = chance.weighted({"own_experience": 70, "group": 20, "carer": 10})
        early = min((decided - start).days, 22)
        rows.append({
            "received_on": working_day_after(decided - timedelta(days=chance.between(min(4, early), early)), 0),
            "said": said, "source_kind": "meeting" if speaker == "group" else "direct", "given_by_kind": speaker,
            "reply_wanted": "yes", "told_what": "decision", "told_on": told,
            "told_who": "everyone_who_took_part" if speaker == "group" else "person",
            "told_count": members if speaker == "group" else 1,
        })  # fmt: skip
    rows.sort(key=lambda row: row["received_on"])
    rows[0] |= {"decided_on": decided, "decided_by_role": "Members' meeting", "outcome": outcome,
                "reason": topic[outcome], "answers_next": len(rows) > 1}  # fmt: skip
    if outcome == "declined":
        rows[0]["reason_code"] = topic["code"]
    else:
        done = working_day_after(decided + timedelta(days=chance.between(10, 26)), 0)
        rows[0] |= {
            "changed": topic["changed"], "owner_role": "Coordinator", "implemented_on": done,
            "due_on": working_day_after(decided + timedelta(days=chance.between(30, 70)), 0),
            "verified_on": working_day_after(done, chance.between(4, 12)),
            "verified_by_kind": "lived_experience_member",
        }  # fmt: skip
    return rows


def move(found: list[Line], place: int, moved: Line) -> None:
    """Give one line the deadline that was openly moved; a ValueError says when that line led to no change."""
    row = found[place - 1]
    if "changed" not in row:
        can = [number for number, one in enumerate(found, 1) if "changed" in one]
        raise ValueError(f"truth.yml: line {moved['line']} leads to no change; lines that do: {can}")
    row |= {
        "due_on": moved["due_on"],
        "moved": moved,
        "implemented_on": moved["implemented_on"],
        "verified_on": working_day_after(moved["implemented_on"], 7),
    }


def known(row: Line, day: date) -> Line:
    """A line as it could be filled in on a day; a moved due date shows from a fortnight before the first one."""
    row = dict(row)
    moved = row.pop("moved", None)
    if moved and day >= moved["due_on"] - timedelta(days=14):
        row["due_on"] = moved["revised_due_on"]
    for key, company in {"implemented_on": (), "verified_on": ("verified_by_kind",)}.items():
        if key in row and row[key] > day:
            for hidden in (key, *company):
                row.pop(hidden, None)
    return row


def fill(template: Path, rows: Sheets, out: Path, on: date) -> None:
    """Type rows into a copy of the template and save it, with every inner time set to a day."""
    out.write_bytes(filled(template, rows, on))


def filled(template: Path, rows: Sheets, on: date) -> bytes:
    """The bytes of the charity's own copy of the template, with rows typed in as a person would.

    Columns are found by the machine names hidden in row 2, lines by the ids printed in column A from row 5, the lines
    of the form "About us" by the machine names in its column A; where a cell has a drop-down, its label is picked.
    A ValueError says what the template does not have.
    """
    book = load_workbook(io.BytesIO(template.read_bytes()))
    print_ids(book)
    for name in (WORK, MEETINGS, SAID):
        sheet = book[name]
        columns = {cell.value.rpartition(".")[2]: cell.column_letter for cell in sheet[NAMES_ROW] if cell.value}
        printed = printed_lines(sheet)
        if len(rows[name]) > len(printed):
            raise ValueError(f"{template.name}, sheet {name}: {len(rows[name])} lines are needed, {len(printed)} there")
        for at, row in zip(printed, rows[name], strict=False):
            for key, value in row.items():
                if key not in columns:
                    raise ValueError(f"{template.name}, sheet {name}: row {NAMES_ROW} has no column named {key}")
                if isinstance(value, PrintedId):
                    target = book[value.sheet]
                    value = target.cell(printed_lines(target)[value.line - 1], 1).value
                enter(sheet, f"{columns[key]}{at}", value)
    fill_form(book[ABOUT], rows[ABOUT], template.name)
    return saved(book, on)


def print_ids(book: Workbook) -> None:
    """Print the charity's own code where the blank template has a placeholder, as the board does before it sends it."""
    form = book[ABOUT]
    at = next(row for row in range(1, form.max_row + 1) if form.cell(row, 1).value == "provider_code")
    blank = str(form.cell(at, 3).value)
    form.cell(at, 3, PROVIDER)
    for name in (ABOUT, WORK, MEETINGS, SAID):
        for (cell,) in book[name].iter_rows(min_row=FIRST_LINE, max_col=1):
            if str(cell.value).startswith(f"{blank.lower()}-"):
                cell.value = PROVIDER.lower() + cell.value[len(blank) :]


def printed_lines(sheet: Worksheet) -> list[int]:
    """The rows that have an id printed on them."""
    return [row for row in range(FIRST_LINE, sheet.max_row + 1) if sheet.cell(row, 1).value]


def enter(sheet: Worksheet, at: str, value: Any) -> None:
    """Type a value into a cell, or pick its label where the cell has a drop-down of labels."""
    for rule in sheet.data_validations.dataValidation if isinstance(value, str) else ():
        if rule.type == "list" and rule.formula1.startswith(f"{LISTS}!") and at in rule.sqref:
            choices = sheet.parent[LISTS][rule.formula1.partition("!")[2].replace("$", "").replace("C", "B")]
            labels = {code.value: code.offset(column=1).value for (code,) in choices}
            if value not in labels:
                raise ValueError(f"sheet {sheet.title}, cell {at}: {value} is not on its list {sorted(labels)}")
            value = labels[value]
    sheet[at] = value


def fill_form(sheet: Worksheet, rows: list[Line], template: str) -> None:
    """Answer the form, and name the services on the lines below the one whose machine name is `services`."""
    at = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value}
    line_of_service = at.get("services", 0)
    for row in rows:
        if "service_name" in row:
            line_of_service += 1
            enter(sheet, f"B{line_of_service}", row["service_name"])
            enter(sheet, f"C{line_of_service}", row["service_kind"])
        elif row["item_code"] not in at:
            raise ValueError(f"{template}, sheet {sheet.title}: column A has no line named {row['item_code']}")
        else:
            for key, column in ANSWERS.items():
                if key in row:
                    enter(sheet, f"{column}{at[row['item_code']]}", row[key])
