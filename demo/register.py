"""Write a sender's involvement register as it stood on a day, in the sender's own headings and words."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from demo.history import History, Row
from demo.truth import HERE, document

# What a register cannot show before its day: the date, and the cells that come with it.
COMES_WITH = {
    "held_on": ("mode", "stage", "lived_experience_count", "first_time_count", "carer_count", "invited_count",
                "duration_minutes", "is_venue_accessible", "venue_kind", "agenda_codes", "need_stated_count",
                "need_met_count", "method_codes", "is_briefing", "is_trauma_related"),
    "minutes_issued_on": (), "papers_sent_on": (), "acknowledged_on": (),
    "implemented_on": ("qi_register_ref", "saving_gbp", "saving_basis"),
    "closed_on": (), "verified_on": ("verified_by_kind",), "reviewed_on": ("reviewed_session_id",),
    "minutes_shared_on": (), "asset_map_on": (), "options_appraisal_on": (), "procurement_notice_on": (),
    "reflection_worked_on": (), "reflection_not_worked_on": (), "eia_on": (), "risk_plan_on": (),
    "measures_agreed_with_members_on": (), "diversity_plan_reviewed_on": (),
}  # fmt: skip

# What only some registers say about a piece of work, or about a group.
OF_SOME_WORK = (
    "tier", "asset_map_on", "options_appraisal_on", "procurement_notice_on", "questions_answered",
    "reflection_worked_on", "reflection_not_worked_on", "eia_on", "risk_plan_on", "measure_codes",
    "measures_agreed_with_members_on",
)  # fmt: skip
OF_SOME_GROUPS = (
    "is_key_board", "voting_seat_count", "lived_experience_vote_count", "has_membership_criteria", "ground_rules_on",
    "respect_agreement_on", "conflict_agreement_on", "power_discussed_on", "diversity_plan_reviewed_on",
)  # fmt: skip


@cache
def senders() -> dict[str, Any]:
    """How each made-up sender lays out what it sends; read once, never changed."""
    return document(HERE / "senders.yml")


def as_known(history: History, day: date) -> dict[str, list[Row]]:
    """Each record's rows with what was known at the end of a day, in plain names and codes."""
    provider = history.provider
    rows = {
        "service": [
            {"service_id": one["id"], "service_name": one["name"], "service_kind": one["kind"],
             "ods_site_code": one.get("site"), "opened_on": date(2019, 4, 1)}
            for one in provider["services"]
        ],
        "involvement_group": [
            {key: one.get(key) for key in OF_SOME_GROUPS}
            | {"group_id": one["id"], "group_name": one["name"], "group_kind": one["kind"],
               "governance_level": one["level"], "purpose": one["purpose"], "started_on": one["started_on"],
               "lived_experience_member_count": one["members"], "agreed_term": "Co-production",
               "terms_agreed_on": one["started_on"] + timedelta(days=28),
               "tor_reviewed_on": reviewed(one["started_on"], day)}
            for one in provider["groups"]
        ],
        "involvement_activity": [
            {key: one.get(key) for key in OF_SOME_WORK}
            | {"activity_id": one["id"], "activity_name": one["name"], "group_id": one["group"],
               "activity_kind": one["kind"], "level_claimed": one["level"], "started_on": one["started_on"],
               "closed_on": one.get("closed_on"), "scope": one["scope"], "scope_recorded_on": one["started_on"],
               "decision_group_id": one["decided_by"], "decision_rights": one["rights"]}
            for one in provider["activities"] if one["started_on"] <= day
        ],
        "material": [
            {"material_id": one["id"], "material_kind": one["kind"], "title": one["title"],
             "activity_id": one["activity"], "shared_on": one["shared_on"], "known_on": one["shared_on"],
             "formats_requested": one["requested"], "formats_supplied": one["supplied"],
             "is_codesigned": one["codesigned"], "version": one["version"]}
            for one in provider.get("materials", [])
        ],
        "session": history.sessions,
        "input": [row | {"session_id": row["session"] and row["session"]["session_id"]} for row in history.inputs],
        "decision": [row | {"input_ids": ids(row["inputs"], "input_id")} for row in history.decisions],
        "change": [
            row | {"decision_ids": ids(row["decisions"], "decision_id"), "due_on": due_on(row, day)}
            for row in history.changes
        ],
        "told_back": [
            row | {"input_ids": ids(row["inputs"], "input_id"),
                   "change_id": row["change"] and row["change"]["change_id"]}
            for row in history.told
        ],
    }  # fmt: skip
    return {
        record: [as_of(row, day) for row in some if row.get("known_on", day) <= day] for record, some in rows.items()
    }


def reviewed(started: date, day: date) -> date:
    """The last yearly review of a group's terms of reference."""
    this_year = started.replace(year=day.year)
    return this_year if this_year <= day else started.replace(year=day.year - 1)


def ids(rows: list[Row], key: str) -> list[str]:
    return [row[key] for row in rows]


def due_on(change: Row, day: date) -> date:
    """The due date a register shows on a day: the revised one once the date was moved."""
    revised = change.get("revised")
    return revised["due_on"] if revised and revised["moved_on"] <= day else change["due_on"]


def as_of(row: Row, day: date) -> Row:
    """A row without what had not happened yet."""
    hidden: set[str] = set()
    for key, company in COMES_WITH.items():
        if key in row and (row[key] is None or row[key] > day):
            hidden |= {key, *company}
    return {key: value for key, value in row.items() if key not in hidden}


def tables(
    history: History, day: date, sender: dict[str, Any], joined_by: str | None = "; "
) -> dict[str, list[list[Any]]]:
    """Each record's heading and rows in one sender's words; dates stay dates.

    Lists are joined by semicolons, or by another sign, or left as lists where `joined_by` is None.
    """
    return in_lines(as_known(history, day), sender, joined_by)


def in_lines(known: dict[str, list[Row]], sender: dict[str, Any], joined_by: str | None) -> dict[str, list[list[Any]]]:
    """The same of rows that are at hand; of records that the sender does not keep there is nothing."""
    return {
        record: [list(columns)] + [
            [in_words(row.get(key), sender["says"].get(key, {}), joined_by) for key in columns.values()]
            for row in known[record]
        ]
        for record, columns in sender["columns"].items()
    }  # fmt: skip


def in_words(value: Any, says: dict[str, str], joined_by: str | None) -> Any:
    if isinstance(value, list):
        words = [says.get(one, one) for one in value]
        return words if joined_by is None else joined_by.join(words) or None
    return says.get(value, value) if isinstance(value, str) else value
