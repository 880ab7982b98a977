"""Registers that are written to come out one way: all is well, all is amiss, or there is too little."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tests.dbt.rows_of_people import papers, people, surveys
from tests.dbt.rows_of_work import LAST, Rows, groups, voices, work

FIRST = dt.date(2024, 10, 1)
# Registers speak for days past the newest quarter's end, so that what follows from what was done in it is known.
SPOKEN_TO = dt.date(2026, 7, 18)
DECLARED = (
    "supervision_records_using_prompts", "staff_panels_with_lived_experience", "staff_trained_in_coproduction",
    "procurements_with_lived_experience",
)  # fmt: skip
COMMISSIONING = {
    "service", "involvement_group", "involvement_activity", "session", "participation", "person_characteristic",
    "input", "decision", "change", "told_back", "challenge", "provider_return", "activity_count",
}  # fmt: skip


def months() -> Iterator[tuple[dt.date, dt.date]]:
    """The first and the last day of every month that the registers speak for."""
    start = FIRST
    while start <= LAST:
        following = (start + dt.timedelta(days=32)).replace(day=1)
        yield start, following - dt.timedelta(days=1)
        start = following


def register(well: bool, many: int) -> Rows:
    """A whole register: `many` of everything, and all of it well or amiss.

    With one or two of everything there is too little to say, wherever a measure needs more.
    """
    rows: Rows = {}
    for part in (groups, work, voices, people, papers, surveys, _force, _counts, _returns):
        for record, more in part(well, many).items():
            rows.setdefault(record, []).extend(more)
    return rows


def _force(well: bool, many: int) -> Rows:
    harm = "no" if well else "yes"
    incidents = [
        {
            "incident_id": f"I{at}", "revision": 1, "occurred_on": "2026-05-04", "reported_on": "2026-05-05",
            "service_id": "W1", "police_attended": harm, "ethnicity_code": "A",
        }
        for at in range(many)
    ]  # fmt: skip
    interventions = [
        {
            "intervention_id": f"V{at}", "incident_id": f"I{at}", "service_id": "W1", "type_code": "09",
            "started_at": dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC), "injury_person": harm, "injury_staff": harm,
            "review_with_person": "held" if well else "not_offered", "ethnicity_code": "A",
        }
        for at in range(many)
    ]  # fmt: skip
    complaints = [
        {
            "complaint_id": f"X{at}", "case_kind": "formal", "received_on": "2026-05-04",
            "acknowledged_on": "2026-05-05", "service_id": "T1", "ethnicity_code": "A",
            "subject_codes": ["transport"] if well else ["communications", "access_to_treatment_or_drugs"],
        }
        for at in range(many)
    ]  # fmt: skip
    return {"incident": incidents, "restrictive_intervention": interventions, "complaint": complaints}


def _counts(well: bool, many: int) -> Rows:
    whole = 600 if many > 2 else many
    part = whole if well else whole // 10
    # Of what grows with trouble there is none where all is well.
    trouble = 0 if well else max(whole // 2, 1)
    kinds = {
        ("W1", "occupied_bed_days"): (10 * whole if well else whole // 10) if many > 2 else many,
        ("T1", "contacts"): whole,
        ("T1", "referrals_received"): whole, ("T1", "open_referrals"): whole, ("T1", "chase_contacts"): trouble,
        ("T1", "first_contacts"): whole, ("T1", "first_contacts_choice_recorded"): part, ("T1", "caseload"): whole,
        ("T1", "caseload_crisis_preference_current"): part, ("T1", "mh_admissions"): trouble,
        ("T1", "mh_ae_attendances"): trouble, ("T1", "self_harm_ae_attendances"): trouble,
    }  # fmt: skip
    activity = [
        {
            "period_start_on": start, "period_end_on": end, "service_id": service, "count_kind": kind,
            "breakdown_kind": "none", "counted": counted, "value_state": "counted", "status": "final",
        }
        for start, end in months()
        for (service, kind), counted in kinds.items()
    ]  # fmt: skip
    answers = []
    for start, end in months():
        fell = 5 if start >= dt.date(2025, 11, 1) else 0
        for service in ("T1", "W1") if well else ("T1",):
            good = max(many * (9 - fell if service == "T1" else 9), 1)
            for rating, counted in (("very_good", good + start.month % 3), ("poor", many)):
                answers.append(
                    {
                        "period_start_on": start, "period_end_on": end, "service_id": service, "channel": "online",
                        "rating_code": rating, "counted": counted if many > 2 else 1, "value_state": "counted",
                        "eligible_count": 20 * many if many > 2 else 3,
                    }
                )  # fmt: skip
    services = [
        {"service_id": "W1", "service_name": "Ward", "service_kind": "inpatient_ward", "opened_on": "2020-01-01"},
        {"service_id": "T1", "service_name": "Team", "service_kind": "community_team", "opened_on": "2020-01-01"},
    ]
    if not well:
        services.append(
            {"service_id": "T2", "service_name": "Other", "service_kind": "crisis", "opened_on": "2020-01-01"}
        )
    return {"service": services, "activity_count": activity, "feedback_count": answers}


def _returns(well: bool, many: int) -> Rows:
    said = "yes" if well else "no"
    answers = {
        "champion_named": said, "board_lead_named": said,
        "framework_adopted": "four_pi" if well else "no_framework", "coproduction_level_now": "co_design",
        "coproduction_level_aim": "co_design",
    }  # fmt: skip
    rows = [{"item_code": item, "answer_code": code} for item, code in answers.items()]
    rows += [{"item_code": item, "numerator": many, "denominator": many} for item in DECLARED]
    rows += [
        {"item_code": "equality_strategy_reviewed", "on_date": "2026-03-02" if well else "2021-03-02"},
        {"item_code": "involvement_budget", "amount_gbp": 1000},
        {"item_code": "involvement_spend", "amount_gbp": 500},
    ]
    return {"provider_return": [_declared(row) for row in rows]}


def _declared(row: dict[str, Any]) -> dict[str, Any]:
    return {"period_start_on": FIRST, "period_end_on": LAST, "declared_by_role": "Lead", **row}


def kept_by_a_commissioner(rows: Rows) -> Rows:
    """What a commissioner keeps of a register: no survey, and no change whose effect a chart of its own would show."""
    kept = {record: rows[record] for record in COMMISSIONING & rows.keys()}
    if "change" in kept:
        kept["change"] = [row for row in kept["change"] if row["change_id"] not in ("WORSE", "BOTH")]
    return kept


def some() -> Rows:
    """Ten people or more took part, so that they are counted, and fewer than twenty; and little is said of groups."""
    rows = register(well=True, many=12)
    met = {"need_stated_count": 3, "need_met_count": 3}
    groups = [{**row, "purpose": None, "has_membership_criteria": None} for row in rows["involvement_group"][:3]]
    return {
        **rows, "involvement_group": groups, "involvement_activity": [],
        "involvement_role": rows["involvement_role"][:12],
        "session": [{**row, "need_stated_count": 0, "need_met_count": 0} for row in rows["session"]]
        + [{**met, "session_id": "NEED", "group_id": "G0", "held_on": "2026-05-04"}],
        "told_back": [{**row, "to_tell_count": 1, "told_count": 1} for row in rows["told_back"][:3]],
    }  # fmt: skip


def short() -> Rows:
    """One piece of work that met for five minutes, by somebody who runs no team and keeps no budget."""
    rows = register(well=True, many=1)
    meeting = {**rows["session"][3], "duration_minutes": 5, "lived_experience_count": 3}
    return {
        "service": [{"service_id": "C1", "service_name": "Board", "service_kind": "commissioning"}],
        "feedback_count": [], "involvement_group": rows["involvement_group"],
        "involvement_activity": [{**rows["involvement_activity"][0], "level_claimed": "co_design"}],
        "session": [{**meeting, "session_id": "S", "activity_id": rows["involvement_activity"][0]["activity_id"]}],
        "provider_return": [_declared({"item_code": "involvement_spend", "amount_gbp": 500})],
    }  # fmt: skip


def loose() -> Rows:
    """Two things said and decided by no group, at no meeting, in no piece of work."""
    rows = register(well=True, many=2)
    nowhere = {"session_id": None, "activity_id": None}
    return {
        "input": [{**row, **nowhere} for row in rows["input"][:2]],
        "decision": rows["decision"][:2], "told_back": rows["told_back"][-2:],
    }  # fmt: skip


def half() -> Rows:
    """Half of what is asked for: wherever several measures answer, one of them is not kept or counts too few."""
    rows = register(well=True, many=24)
    del rows["restrictive_intervention"], rows["involvement_role"]
    asked = {"confidence", "relationships", "valued", "overall", "offered_a_choice"}
    known = [
        row
        for row in rows["person_characteristic"]
        if row["characteristic"] != "rural_urban" or int(row["person_ref"][1:]) < 12
    ]
    refused = [row for row in rows["claim"] if row["outcome"] == "refused"]
    unshared = [{**row, "minutes_shared_on": None} for row in rows["session"]]
    declared = {"item_code": "people_from_turned_down_or_waiting", "numerator": 24, "denominator": 48}
    return {
        **rows, "session": unshared, "person_characteristic": known,
        "survey_answer": [
            row if row["item_code"] in asked else {**row, "answer_count": 3} for row in rows["survey_answer"]
        ],
        "claim": [row for row in rows["claim"] if row["outcome"] == "paid"] + refused[:2],
        "provider_return": [*rows["provider_return"], _declared(declared)],
    }  # fmt: skip


def nought() -> Rows:
    """All was asked after and there was none: no caseload, no budget, nobody who could answer or say how it was."""
    rows = register(well=True, many=24)
    # Before it opened, a ward had no month in which its board could have looked at force.
    late = {"opened_on": "2025-04-01"}
    nobody = {"counted": 0}
    meeting = {**rows["session"][3], "activity_id": None, "lived_experience_count": 0, "invited_count": 0}
    unspent = [{"item_code": item, "amount_gbp": 0} for item in ("involvement_budget", "involvement_spend")]
    undone = [{"item_code": item, "numerator": 0, "denominator": 0} for item in DECLARED]
    return {
        "service": [{**row, **late} for row in rows["service"]],
        "session": [{**meeting, "session_id": "S"}],
        "activity_count": [
            {**row, **nobody} for row in rows["activity_count"] if row["count_kind"].startswith("caseload")
        ],
        "feedback_count": [{**row, **nobody, "eligible_count": 0} for row in rows["feedback_count"]],
        "survey_answer": [
            {**row, "answer_code": "does_not_apply"}
            for row in rows["survey_answer"]
            if row["survey_kind"] in ("member", "community")
        ],
        "provider_return": [_declared(row) for row in (*unspent, *undone)],
    }
