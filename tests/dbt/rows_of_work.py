"""Rows of what groups do: who they are, what they work on, what is said, decided, changed and told back."""

import datetime as dt
from typing import Any

Rows = dict[str, list[dict[str, Any]]]
"""Record → its rows, as the loaders would have left them."""

LAST = dt.date(2026, 6, 30)


def groups(well: bool, many: int) -> Rows:
    done = dt.date(2026, 3, 2) if well else None
    groups = [
        {
            "group_id": f"G{at}", "group_kind": "lived_experience_group", "governance_level": "service",
            "purpose": "To say how the ward is run." if well or not at else None, "started_on": "2024-01-01",
            "lived_experience_member_count": 6 if well else 0, "agreed_term": "members" if well or not at else None,
            "tor_reviewed_on": done or "2021-01-01", "has_membership_criteria": "yes" if well else "no",
            "ground_rules_on": done if at else "2026-03-02", "respect_agreement_on": done if at else "2026-03-02",
            "conflict_agreement_on": done if at else "2026-03-02", "diversity_plan_reviewed_on": done or "2021-01-01",
        }
        for at in range(max(many, 2))
    ]  # fmt: skip
    board = {
        "group_id": "BOARD", "group_kind": "board", "governance_level": "provider", "is_key_board": "yes",
        "purpose": "To decide.", "started_on": "2024-01-01", "agreed_term": "members",
        "tor_reviewed_on": "2026-03-02", "has_membership_criteria": "yes", "ground_rules_on": "2026-03-02",
        "respect_agreement_on": "2026-03-02", "conflict_agreement_on": "2026-03-02",
        "diversity_plan_reviewed_on": "2026-03-02", "lived_experience_member_count": 2 if well else 0,
        "voting_seat_count": 8, "lived_experience_vote_count": 2,
    }  # fmt: skip
    meetings = [
        {
            "session_id": f"BOARD-{month}", "group_id": "BOARD", "planned_on": dt.date(2026, month, 8),
            "held_on": dt.date(2026, month, 8), "mode": "written", "lived_experience_count": 2, "first_time_count": 0,
            "agenda_codes": ["restrictive_practice", "service_themes"] if well or month == 4 else ["quality"],
            "minutes_issued_on": dt.date(2026, month, 10) if well or month == 4 else None,
            "minutes_shared_on": dt.date(2026, month, 12 if well or month == 4 else 28) + dt.timedelta(
                days=0 if well or month == 4 else 15
            ),
        }
        for month in (4, 5, 6)
    ]  # fmt: skip
    return {"involvement_group": [*groups, board], "session": meetings}


def _activity(key: str, well: bool, **changed: object) -> dict[str, object]:
    done = dt.date(2026, 4, 20) if well else None
    # Where all is amiss one piece of work keeps what the others do not: so what they lack is known.
    kept = done or (LAST if key == "OLD0" else None)
    return {
        "activity_id": key, "group_id": "G0", "service_id": "W1", "activity_kind": "service_redesign",
        "tier": "service", "level_claimed": "co_production", "started_on": "2025-04-01",
        "scope": "Evenings on the ward.", "scope_recorded_on": "2025-03-01", "decision_group_id": "BOARD",
        "decision_rights": "shared_vote", "eia_on": kept, "risk_plan_on": kept, "asset_map_on": kept,
        "measure_codes": ["fft_positive"] if well or key in ("OLD0", "OLD1") else [],
        "measures_agreed_with_members_on": kept, "evaluated_with_members_on": done, "reflection_worked_on": kept,
        "reflection_not_worked_on": done, "closed_on": None, "questions_answered": [], "options_appraisal_on": None,
        **changed,
    }  # fmt: skip


def _session(key: str, activity: str, well: bool, many: int, **changed: object) -> dict[str, object]:
    return {
        "session_id": key, "group_id": "G0", "activity_id": activity, "planned_on": "2026-05-12",
        "held_on": "2026-05-12", "mode": "in_person", "stage": "design", "lived_experience_count": 3,
        "first_time_count": 1, "carer_count": 1, "invited_count": 4 if many > 2 else 1, "duration_minutes": 90,
        "method_codes": ["small_groups", "creative"] if well else ["group_talk"],
        "is_venue_accessible": "yes" if well else "no", "is_trauma_related": "yes",
        "papers_sent_on": "2026-05-01" if well else "2026-05-11",
        "minutes_issued_on": "2026-05-15" if well else "2026-07-10", "need_stated_count": 2,
        "need_met_count": 2 if well else 0, "is_briefing": "no", **changed,
    }  # fmt: skip


def work(well: bool, many: int) -> Rows:
    new = {
        "level_claimed": "co_design", "started_on": "2026-04-10", "activity_kind": "commissioning_project",
        "scope_recorded_on": "2026-04-01" if well else "2026-06-20", "options_appraisal_on": "2026-06-01",
        "questions_answered": ["q1", "q2", "q3", "q4", "q5", "q6"] if well else ["q1"],
    }  # fmt: skip
    activities, sessions, told = [], [], []
    for at in range(many):
        activities += [
            _activity(f"OLD{at}", well),
            _activity(f"NEW{at}", well, **new),
            _activity(f"END{at}", well, closed_on="2026-05-20", level_claimed="consultation"),
        ]
        sessions += [
            _session(f"S{at}", f"OLD{at}", well, many),
            _session(f"N{at}", f"NEW{at}", well, many),
            _session(f"E{at}", f"END{at}", well, many, stage="evaluate", lived_experience_count=3 if well else 0),
        ]
        told.append(
            {
                "told_back_id": f"END{at}", "activity_id": f"END{at}", "told_what": "final_outcome",
                "told_on": "2026-06-01", "told_who": "everyone_who_took_part", "to_tell_count": 3,
                "told_count": 3 if well else 1, "formats_requested": ["easy_read"],
                "formats_supplied": ["easy_read"] if well else [],
            }
        )  # fmt: skip
        if not well:
            sessions.append({"session_id": f"L{at}", "group_id": "G0", "planned_on": "2026-05-20"})
    activities += [
        _activity("BUY", well, activity_kind="procurement", level_claimed="consultation"),
        _activity("LOOK", well, activity_kind="evaluation", level_claimed="consultation"),
    ]
    sessions += [
        _session("BUY", "BUY", well, many, stage="fund_procure"),
        _session("LOOK", "LOOK", well, many, stage="evaluate", lived_experience_count=3 if well else 0),
        _session(
            "BRIEF",
            "OLD0",
            well,
            many,
            held_on="2024-11-05",
            planned_on="2024-11-05",
            is_briefing="yes" if well else "no",
        ),
    ]
    return {"involvement_activity": activities, "session": sessions, "told_back": told}


def voices(well: bool, many: int) -> Rows:
    inputs, decisions, changes, told = [], [], [], []

    def said(key: str, received_on: str, **changed: object) -> None:
        thanked_on = dt.date.fromisoformat(received_on) + dt.timedelta(days=2 if well else 60)
        inputs.append(
            {
                "input_id": key, "received_on": received_on, "said": "The wait is long.", "source_kind": "meeting",
                "session_id": "BRIEF", "activity_id": "OLD0", "given_by_kind": "group", "reply_wanted": "yes",
                "is_criticism": "no", "theme_codes": ["waiting"], "acknowledged_on": thanked_on, **changed,
            }
        )  # fmt: skip

    def decided(key: str, decided_on: str, **changed: object) -> None:
        decisions.append(
            {
                "decision_id": key, "decision_kind": "on_input", "input_ids": [key], "decided_on": decided_on,
                "decided_by_role": "Director", "outcome": "accepted", "reason_code": None,
                "reason": "It costs nothing." if well else None, "activity_id": None, "decision_group_id": "BOARD",
                "set_with_members": None, **changed,
            }
        )  # fmt: skip

    def promised(key: str, due_on: str, implemented_on: str | None, **changed: object) -> None:
        changes.append(
            {
                "change_id": key, "decision_ids": [key], "changed": "Talks each shift.", "service_id": "W1",
                "owner_role": "Matron", "due_on": due_on, "implemented_on": implemented_on,
                "qi_register_ref": "QI" if well or key == "BOTH" else None, "reviewed_session_id": "BOARD-6",
                "verified_on": implemented_on if well else None, "verified_by_kind": "auditor" if well else None,
                "measure_codes": ["fft_positive"], "benefit_codes": ["outcome", "experience", "time", "cost"],
                "cost_gbp": 100, "saving_gbp": 300, "saving_basis": "Bed days." if well else None, **changed,
            }
        )  # fmt: skip

    def heard(key: str, told_on: str, **changed: object) -> None:
        told.append(
            {
                "told_back_id": key, "input_ids": [key], "told_what": "decision", "told_on": told_on,
                "told_who": "group", "told_count": 8, "activity_id": None, "change_id": None, **changed,
            }
        )  # fmt: skip

    for at in range(many):
        said(f"FAR{at}", "2025-01-10")
        decided(f"FAR{at}", "2025-01-20")
        promised(f"FAR{at}", "2025-03-30", "2025-03-01")
        said(f"AGO{at}", "2025-12-01")
        decided(f"AGO{at}", "2025-12-05")
        if well:
            heard(f"AGO{at}", "2025-12-20")
        said(f"YES{at}", "2026-04-01", source_kind="session_feedback", is_criticism="yes")
        decided(f"YES{at}", "2026-04-20")
        if well:
            promised(f"YES{at}", "2026-05-30", "2026-05-25")
            heard(f"YES{at}", "2026-04-25")
            heard(f"NO{at}", "2026-04-25")
        else:
            promised(f"LATE{at}", "2026-05-30", "2026-06-25")
        promised(f"OPEN{at}", "2026-12-01" if well else "2026-06-01", None)
        said(f"NO{at}", "2026-04-12")
        decided(f"NO{at}", "2026-04-20", outcome="declined", reason_code="financial" if well else None)
        decided(
            f"FIRST{at}", "2026-04-01", decision_kind="priority_set", input_ids=[], activity_id=f"END{at}",
            set_with_members="yes" if well else "no",
        )  # fmt: skip
        decided(
            f"ALONE{at}", "2026-04-15", decision_kind="not_to_coproduce", input_ids=[], activity_id=f"END{at}"
        )  # fmt: skip
        if well:
            heard(f"ALONE{at}", "2026-05-01", input_ids=[], activity_id=f"END{at}")
    if many > 2:
        # Seven whole months after it are known by the end of June, and answers were worse in all of them.
        promised("WORSE", "2025-11-01", "2025-11-01", service_id="T1", decision_ids=["FAR0"])
        promised(
            "BOTH", "2025-11-01", "2025-11-01", decision_ids=["FAR0"], measure_codes=["fft_positive"] if well else []
        )
        if well:
            heard("WORSE", "2026-06-02", input_ids=[], change_id="WORSE", told_what="result_not_better")
    actions = [
        {
            "action_id": "A", "parent_kind": "change", "parent_id": "YES0",
            "theme_codes": ["waiting", "food"] if well else ["night"],
        }
    ]  # fmt: skip
    challenges = [
        {
            "challenge_id": f"C{at}", "edition_id": "2025-26-Q4", "raised_by_kind": "network",
            "raised_on": "2026-05-03", "comment": "The count is short.",
            "replied_on": "2026-05-20" if well else None,
        }
        for at in range(many)
    ]  # fmt: skip
    return {
        "input": inputs, "decision": decisions, "change": changes, "told_back": told, "action": actions,
        "challenge": challenges,
    }  # fmt: skip
