"""Fill in the workbooks of a register as a person would, for the samples in providers/examples."""

import datetime as dt
import io
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from expectations import pages, template
from expectations.codes import code_list
from expectations.contract import load_contracts

Lines = dict[str, list[dict[str, Any]]]
"""Record → its lines, each column → value; codes are shown by their labels, as drop-downs offer them."""


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


FULL: Lines = {
    "service": [
        {"service_name": "Curlew ward", "service_kind": "inpatient_ward", "opened_on": dt.date(2019, 4, 1)},
        {"service_name": "Lapwing community team", "service_kind": "community_team"},
    ],
    "involvement_group": [
        {
            "group_name": "Wards together", "group_kind": "lived_experience_group", "governance_level": "service",
            "service_id": "register_full-svc-0001", "purpose": "To change what daily life on the wards is like.",
            "started_on": dt.date(2024, 5, 1), "lived_experience_member_count": 6, "agreed_term": "members",
            "tor_reviewed_on": day(4, 20), "has_membership_criteria": "yes",
        },
        {
            "group_name": "Quality committee", "group_kind": "board", "governance_level": "provider",
            "purpose": "To decide on quality.", "is_key_board": "yes", "voting_seat_count": 9,
            "lived_experience_vote_count": 2,
        },
    ],
    "involvement_role": [
        {
            "person_ref": "member 7", "group_id": "register_full-grp-0001", "role_kind": "own_experience",
            "service_use": "past", "recruited_via": "peer_network", "started_on": day(2, 2),
            "role_brief_given_on": day(1, 20), "trained_on": day(1, 28), "last_supervised_on": day(6, 1),
        }
    ],
    "person_characteristic": [
        {
            "person_ref": "member 7", "characteristic": "carer", "value_code": "yes", "answer_state": "answered",
            "collected_on": day(2, 2), "consent_on": day(2, 2),
        },
        {"person_ref": "member 7", "characteristic": "religion", "answer_state": "prefer_not_to_say"},
    ],
    "involvement_activity": [
        {
            "activity_name": "Evenings on the ward", "group_id": "register_full-grp-0001",
            "activity_kind": "service_redesign", "tier": "service", "level_claimed": "co_design",
            "started_on": day(4, 1), "scope": "Everything between tea and bedtime.", "scope_recorded_on": day(4, 1),
            "decision_group_id": "register_full-grp-0002", "decision_rights": "shared_vote",
        }
    ],
    "session": [
        {
            "group_id": "register_full-grp-0001", "activity_id": "register_full-act-0001", "planned_on": day(5, 12),
            "held_on": day(5, 12), "mode": "hybrid", "lived_experience_count": 5, "first_time_count": 1,
            "duration_minutes": 90, "method_codes": ["small_groups", "creative"], "is_venue_accessible": "yes",
        }
    ],
    "participation": [
        {
            "session_id": "register_full-ses-0001", "person_ref": "member 7", "attended": "yes",
            "payment_eligible": "yes", "payment_offered": "yes", "check_in_offered": "no",
        }
    ],
    "input": [
        {
            "received_on": day(5, 12), "said": "The lights go out too early.", "source_kind": "meeting",
            "said_in_own_words": "Made-up words: lights out at nine, like school.",
            "session_id": "register_full-ses-0001", "activity_id": "register_full-act-0001",
            "given_by_kind": "own_experience", "theme_codes": ["environment", "night"], "theme_source": "human",
            "reply_wanted": "yes",
        },
        {
            "received_on": day(5, 12), "said": "There is nowhere to make tea.", "source_kind": "meeting",
            "given_by_kind": "group", "reply_wanted": "yes",
        },
    ],
    "decision": [
        {
            "decision_kind": "on_input", "input_ids": ["register_full-inp-0001", "register_full-inp-0002"],
            "decided_on": day(5, 28), "decided_by_role": "Quality committee", "outcome": "accepted",
        }
    ],
    "change": [
        {
            "decision_ids": ["register_full-dec-0001"], "changed": "Lights are dimmed at eleven; a tea point is open.",
            "change_kind": "environment", "service_id": "register_full-svc-0001", "owner_role": "Ward manager",
            "due_on": day(6, 30), "implemented_on": day(6, 22), "cost_gbp": 412.5,
        }
    ],
    "told_back": [
        {
            "input_ids": ["register_full-inp-0001", "register_full-inp-0002"], "change_id": "register_full-chg-0001",
            "told_what": "change", "told_on": day(6, 25), "told_who": "everyone_who_took_part", "told_count": 5,
            "channel": "in_person",
        }
    ],
    "action": [
        {
            "parent_kind": "change", "parent_id": "register_full-chg-0001", "owner_role": "Estates",
            "due_on": day(6, 15), "done_on": day(6, 20),
        }
    ],
    "claim": [
        {
            "session_id": "register_full-ses-0001", "item_code": "travel", "claimed_on": day(5, 13),
            "paid_on": day(5, 27), "outcome": "paid", "amount_gbp": 7.4,
        }
    ],
    "challenge": [
        {
            "edition_id": "2025-26-Q4", "raised_by_kind": "provider", "raised_on": day(6, 3),
            "comment": "The count of sessions leaves out the one held on paper.",
        }
    ],
    "provider_return": [
        {"item_code": "champion_named", "answer_code": "yes", "declared_by_role": "Head of involvement"},
        {
            "item_code": "members_trained_before_start", "numerator": 4, "denominator": 5,
            "declared_by_role": "Head of involvement",
        },
    ],
    "survey_answer": [
        {
            "survey_kind": "member", "item_code": "was_told_what_happened", "answer_code": "partly", "answer_count": 4,
            "answered_on": day(6, 30),
        }
    ],
}  # fmt: skip

MINIMAL: dict[str, list[dict[str, Any]]] = {
    template.WORK: [
        {
            "involvement_group.group_name": "Thursday table",
            "involvement_group.purpose": "To say how the house is run.",
            "involvement_group.lived_experience_member_count": 4, "involvement_group.agreed_term": "regulars",
            "involvement_group.tor_reviewed_on": day(4, 9), "involvement_activity.level_claimed": "co_production",
            "involvement_activity.started_on": day(4, 2), "involvement_activity.scope": "The house and its hours.",
            "involvement_activity.decision_group_id": "register_minimal-w01",
            "involvement_activity.decision_rights": "decides",
        }
    ],
    template.MEETINGS: [
        {
            "session.group_id": "register_minimal-w01", "session.planned_on": day(4, 16), "session.held_on": day(4, 16),
            "session.lived_experience_count": 4, "session.first_time_count": 1, "session.is_venue_accessible": "yes",
            "session.minutes_issued_on": day(4, 20), "session.need_stated_count": 2, "session.need_met_count": 2,
        },
        {"session.group_id": "register_minimal-w01", "session.planned_on": day(6, 11)},
    ],
    template.SAID: [
        {
            "input.received_on": day(4, 16), "input.said": "Sundays are the longest day.",
            "input.source_kind": "meeting",
            "input.given_by_kind": "own_experience", "input.reply_wanted": "yes", "decision.decided_on": day(4, 30),
            "decision.decided_by_role": "The table", "decision.outcome": "accepted",
            "decision.input_ids": "register_minimal-0002", "change.changed": "The house is open on Sundays.",
            "change.owner_role": "Coordinator", "change.due_on": day(6, 7), "change.implemented_on": day(6, 7),
            "told_back.told_what": "change", "told_back.told_on": day(6, 7), "told_back.told_who": "public_notice",
            "told_back.told_count": 30,
        },
        {
            "input.received_on": day(4, 16), "input.said": "Could there be supper?", "input.source_kind": "direct",
            "input.given_by_kind": "carer", "input.reply_wanted": "no_thank_you",
        },
    ],
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    "quarter": {"C": "2026-27-Q1"},
    "submitted_on": {"C": day(7, 10)},
    "champion_named": {"C": "Yes", "H": "Chair of trustees"},
    "coproduction_level_now": {"C": "Co-production", "H": "Chair of trustees"},
    "equality_strategy_reviewed": {"F": day(3, 2), "H": "Coordinator"},
    "members_trained_before_start": {"D": 3, "E": 4, "H": "Coordinator"},
    "register_minimal-s01": {"B": "The Boathouse", "C": "Peer support"},
}


def full() -> Workbook:
    """The register of a trust: a line or two on each sheet that it keeps."""
    book = load_workbook(io.BytesIO(template.template_bytes("register_full", "full")))
    for record, lines in FULL.items():
        contract = load_contracts()[record]
        _fill(book[contract.title], [{f"{record}.{name}": value for name, value in line.items()} for line in lines])
    return book


def minimal() -> Workbook:
    """The register of a small charity: one group, two meetings of which one did not happen, two things said."""
    book = load_workbook(io.BytesIO(template.template_bytes("register_minimal", "minimal")))
    for sheet, lines in MINIMAL.items():
        _fill(book[sheet], lines)
    about = book[template.ABOUT]
    for (name,) in about.iter_rows(max_col=1):
        for letter, value in ANSWERS.get(name.value, {}).items():
            about[f"{letter}{name.row}"] = value
    return book


FORM = (
    "ID", "Start time", "Completion time", "Email", "Name", "Which service is it about?",
    "Were you told what happened with what you said?", "Did you see something change because of it?",
    "I am treated as an equal", "Anything else?",
)  # fmt: skip


def members_survey() -> Workbook:
    """What an online form exports: times as Excel keeps them, a question passed over, and words nobody asked for."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Form1"
    sheet.append(FORM)
    for number, (service, *answers) in enumerate(
        (
            ("The Lantern Room", "No", "No", "Agree", None),
            ("The Lantern Room", "Yes, partly", None, "Strongly agree", "Made-up remark"),
            ("Alder ward", "Yes", "Yes", "Neither", None),
            ("None of these", "Not sure", None, None, None),
            ("Alder ward", None, None, None, None),
        ),
        start=1,
    ):
        started = dt.datetime(2026, 6, 3 + number, 19, 5)  # noqa: DTZ001 - Excel knows no zones
        ended = started + dt.timedelta(minutes=4)
        sheet.append((number, started, ended, "anonymous", None, service, *answers))
    return book


def _fill(sheet: Worksheet, lines: list[dict[str, Any]]) -> None:
    places = {cell.value: cell.column for cell in sheet[pages.MACHINE_ROW] if cell.value}
    for number, line in enumerate(lines, start=pages.FIRST_LINE):
        for target, value in line.items():
            sheet.cell(number, places[target], _shown(target, value))


def _shown(target: str, value: Any) -> Any:
    record, _, name = target.partition(".")
    listed = load_contracts()[record].column(name).code_list
    if isinstance(value, list):
        return "; ".join(code_list(listed)[one] if listed else one for one in value)
    return code_list(listed)[value] if listed else value
