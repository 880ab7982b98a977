"""A made-up edition that uses every state a report can show, so that people can judge its wording and layout before any data exist.

`python -m report.specimen > specimen.html` writes it. The tests read the same rows.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from itertools import product

from report.rows import Edition, edition

QUARTER = "2026-27-Q1"
START, END, CUT = date(2026, 4, 1), date(2026, 6, 30), datetime(2026, 7, 28, 23, 0, tzinfo=UTC)
FACTS = {
    "edition_id": f"{QUARTER}/QXX/1", "quarter_id": QUARTER, "icb_code": "QXX", "icb_name": "Saltmarsh (made-up ICB)", "state": "draft",
    "data_cut_at": CUT, "sign_off_kind": None, "signed_off_by_role": None, "signed_off_on": None, "published_on": None,
    "code_version": "specimen", "accepted_through": 7,
}  # fmt: skip
ORGANISATIONS = {
    "QX1": "Gullwing Mental Health Trust (made up)",
    "QX2": "Old Quay Trust (made up)",
    "QX3": "The Tea Hut (made-up charity)",
}
MEASURES = {
    "influence": ("Things said that led to a change someone else checked", {"QX1": (9, 24), "QX2": (2, 7), "QX3": (3, 3), "ALL": (14, 34)}),
    "considered": ("Things said that were considered, with a reason given", {"QX1": (22, 26), "QX2": (6, 9), "QX3": (3, 3), "ALL": (31, 38)}),
    "changes_verified": ("Changes checked by somebody other than their owner", {"QX1": (5, 6), "QX2": (0, 2), "QX3": (1, 1), "ALL": (6, 9)}),
    "declined_with_reason": ("Refusals that carry a reason", {"QX1": (4, 4), "QX2": (1, 3), "QX3": (0, 0), "ALL": (5, 7)}),
    "declined_and_told": ("Refusals that were explained to the people who asked", {"QX1": (4, 4), "QX2": (2, 3), "QX3": (0, 0), "ALL": (6, 7)}),
    "told_back_within_90_days": ("Told what happened within 90 days", {"QX1": (60, 88), "QX2": (14, 40), "QX3": (12, 12), "ALL": (86, 140)}),
    "changes_on_time": ("Changes made by the first date promised", {"QX1": (3, 5), "QX2": (1, 3), "QX3": (1, 1), "ALL": (5, 9)}),
    "changes_overdue": ("Changes past the first date promised and not made", {"QX1": (1, 8), "QX2": (2, 4), "QX3": (0, 0), "ALL": (3, 12)}),
    "sessions_held": ("Planned sessions that were held", {"QX1": (9, 11), "QX2": (4, 6), "QX3": (8, 8), "ALL": (21, 25)}),
    "new_voices": ("People who took part for the first time", {"QX1": (15, 70), "QX2": (None, 10), "QX3": (5, 25), "ALL": (25, 105)}),
    "needs_met": ("Access needs that were met", {"QX1": (20, 25), "QX2": (None, None), "QX3": (0, 0), "ALL": (25, 30)}),
    "accessible_sessions": ("Sessions in an accessible place", {"QX1": (8, 8), "QX2": (2, 4), "QX3": (8, 8), "ALL": (18, 20)}),
    "data_coverage": ("Returns that were due and came", {"QX1": (12, 12), "QX2": (7, 9), "QX3": (1, 1), "ALL": (20, 22)}),
}
PEOPLE = ("new_voices", "needs_met")


def specimen(**facts: object) -> Edition:
    """The made-up edition; `facts` change its own facts, such as its state."""
    return edition({**FACTS, **facts}, rows())


def rows() -> dict[str, list[dict]]:
    return {
        "pub_figures": [*_measures(), *_counts(), *_curve(), *_subjects(), *_series_points(), *_quality_figures()],
        "pub_organisations": [
            {"organisation_code": code, "organisation_name": name, "organisation_kind": "charity" if "charity" in name else "nhs_trust",
             "tier": "minimal" if code == "QX3" else "full", "icb_code": "QXX", "icb_name": FACTS["icb_name"], "joined_on": date(2023, 7, 1), "is_joining": False, "is_made_up": True}
            for code, name in ORGANISATIONS.items()
        ],
        "pub_inputs": _inputs(),
        "pub_changes": _changes(),
        "pub_effects": _effects(),
        "pub_series": _series(),
        "pub_coverage": _coverage(),
        "pub_findings": [
            {"finding_id": "waiting/QX1/N-3", "kind": "waiting", "kind_label": "Waiting", "severity": "adverse", "organisation_code": "QX1", "since_on": date(2025, 3, 12), "finding_words": "Somebody who wanted a reply has not been told what became of what they said."},
            {"finding_id": "worsening/QX2/chase_contacts/QX2", "kind": "worsening", "kind_label": "Getting worse", "severity": "adverse", "organisation_code": "QX2", "organisation_name": ORGANISATIONS["QX2"], "measure_code": "chase_contacts", "subject_id": "chase_contacts/QX2/S-4", "since_on": date(2025, 12, 1), "finding_words": "The latest month is part of a signal that a measure is getting worse."},
            {"finding_id": "worsened_after_change/QX1/C-4", "kind": "worsened_after_change", "kind_label": "Worse since a change", "severity": "adverse", "organisation_code": "QX1", "organisation_name": ORGANISATIONS["QX1"], "measure_code": "restrictive_interventions", "subject_id": "C-4", "since_on": date(2025, 5, 1), "finding_words": "A measure that a change named has become worse since."},
            {"finding_id": "no_reason/QX2/N-5", "kind": "declined_without_reason", "kind_label": "Declined without a reason", "severity": "adverse", "organisation_code": "QX2", "since_on": date(2026, 4, 22), "finding_words": "Something was declined and no reason was given."},
        ],
        "pub_data_quality": _quality(),
        "pub_measures": [
            {"measure_code": code, "plain_name": name, "numerator": "those that were", "denominator": "all there were in the quarter", "clock": "the quarter"}
            for code, (name, _) in MEASURES.items()
        ],
    }  # fmt: skip


def _figure(figure_id: str, value: float | None, **columns: object) -> dict:
    state = "suppressed" if value is None else "counted"
    usual = {"organisation_code": "ALL", "period_kind": "quarter", "period_start_on": START, "period_end_on": END, "quarter_id": QUARTER, "breakdown_kind": "none",
             "breakdown_code": "all", "value_state": state, "unit": "count", "decimals": 0, "disclosure_class": "things", "evidence_basis": "recorded", "icb_code": "QXX"}  # fmt: skip
    return {**usual, "figure_id": figure_id, "value": None if value is None else float(value), **columns}


def _measures() -> list[dict]:
    made = []
    for code, (_, found) in MEASURES.items():
        kept = "people" if code in PEOPLE else "things"
        basis = "recorded"
        for organisation, (numerator, denominator) in found.items():
            basis = "declared" if organisation == "QX3" and code in PEOPLE else "recorded"
            share = 0.62 if (code, organisation) == ("told_back_within_90_days", "ALL") else numerator / denominator if numerator is not None and denominator and denominator >= 20 else None
            for statistic, value in (("numerator", numerator), ("denominator", denominator), ("share", share)):
                made.append(_figure(f"{code}.{statistic}/{organisation}/{QUARTER}", value, measure_code=code, statistic=statistic, organisation_code=organisation, disclosure_class=kept, evidence_basis=basis,
                                    unit="share of 1" if statistic == "share" else "count", **({"value_state": "too_few_to_say"} if value is None and statistic == "share" else {})))  # fmt: skip
    return made


COUNTS = {
    "inputs_received": (26, 9, 3), "inputs_decided": (24, 7, 3), "inputs_told": (41, 9, 6), "inputs_waiting": (2, 1, 0), "inputs_no_reply_wanted": (2, 0, 0),
    "inputs_cannot_be_reached": (0, 1, 0), "changes_made": (6, 2, 1), "changes_checked": (5, 0, 1), "promises_due": (5, 3, 1), "promises_done_on_time": (3, 1, 0),
    "promises_done_late": (1, 0, 1), "promises_not_done": (1, 2, 0), "promises_stopped": (0, 0, 0), "promises_overdue_now": (1, 2, 0),
}  # fmt: skip
AS_OF = ("inputs_waiting", "inputs_no_reply_wanted", "inputs_cannot_be_reached", "promises_overdue_now")
REASONS = {"financial": (2, 1, 0), "safety": (1, 0, 0), "none_given": (0, 2, 0)}


def _counts() -> list[dict]:
    made = [_figure("longest_wait.days/QXX/as_of", 504, measure_code="longest_wait", statistic="days", period_kind="as_of", unit="days")]
    for code, values in COUNTS.items():
        kind = "as_of" if code in AS_OF else "quarter"
        for organisation, value in zip((*ORGANISATIONS, "ALL"), (*values, sum(values)), strict=True):
            made.append(_figure(f"{code}.count/{organisation}/{kind}", value, measure_code=code, statistic="count", organisation_code=organisation, period_kind=kind))
    for reason, values in REASONS.items():
        for organisation, value in zip((*ORGANISATIONS, "ALL"), (*values, sum(values)), strict=True):
            made.append(_figure(f"inputs_declined_by_reason.count/{organisation}/{reason}/{QUARTER}", value, measure_code="inputs_declined_by_reason", statistic="count", organisation_code=organisation, breakdown_kind="decision_reason", breakdown_code=reason))
    for code, sent in (("influence", 3), ("needs_met", 2)):
        for statistic, value in (("numerator", sent), ("denominator", 3)):
            made.append(_figure(f"evidence.{statistic}/QXX/{code}/{QUARTER}", value, measure_code="evidence", statistic=statistic, breakdown_kind="measure", breakdown_code=code, unit="organisations"))
    return made


def _quality() -> list[dict]:
    return [
        {"organisation_code": "QX1", "organisation_name": ORGANISATIONS["QX1"], "icb_code": "QXX", "record": "incident", "rule": rule, "severity": None if rule == "all" else "set_aside", "files_received": 36, "rows_read": None, "rows_accepted": None, "rows_set_aside": 3}
        for rule in ("INC-001", "INC-002", "all")
    ]  # fmt: skip


def _quality_figures() -> list[dict]:
    found = [("read", "all", 1205), ("accepted", "all", 1200), ("set_aside", "all", 3), ("set_aside", "INC-001", 3), ("set_aside", "INC-002", 0)]
    return [
        _figure(f"rows_{line}.count/QX1/incident/{rule}", value, section="quality", measure_code=f"rows_{line}", statistic="count", organisation_code="QX1", subject_id="incident", period_kind="as_of", breakdown_kind="rule", breakdown_code=rule, unit="rows")
        for line, rule, value in found
    ]


def _curve() -> list[dict]:
    made = []
    for at, share in ((0, 0), (7, 0.06), (14, 0.15), (28, 0.29), (45, 0.41), (60, 0.5), (75, 0.57), (90, 0.62), (120, 0.7), (180, 0.78)):
        for statistic, value in (("share", share), ("lower", max(0, share - 0.08)), ("upper", min(1, share + 0.07))):
            made.append(_figure(f"told_back_curve.{statistic}/ALL/day-{at}/{QUARTER}", value, measure_code="told_back_curve", statistic=statistic, breakdown_kind="day", breakdown_code=f"{at:04d}", unit="share of 1"))
    return made


def _subjects() -> list[dict]:
    days = [("QX1", "N-1", "input_days_to_decide", 63), ("QX1", "N-1", "input_days_to_tell", 70), ("QX1", "N-2", "input_days_to_tell", 0), ("QX1", "N-3", "input_days_waiting", 504), ("QX2", "N-5", "input_days_to_decide", 1)]
    made = [_figure(f"{code}.days/{organisation}/{subject}", value, measure_code=code, statistic="days", organisation_code=organisation, subject_id=subject, period_kind="as_of", unit="days") for organisation, subject, code, value in days]
    made.append(_figure("change_days_late.days/QX2/C-2", 120, measure_code="change_days_late", statistic="days", organisation_code="QX2", subject_id="C-2", period_kind="as_of", unit="days"))
    for statistic, value in (("value", 0.78), ("lower", 0.7), ("upper", 0.86)):
        made.append(_figure(f"effect.{statistic}/QX1/C-1/chase_contacts", value, section="effects", measure_code="chase_contacts", statistic=statistic, organisation_code="QX1", subject_id="C-1", period_kind="as_of", unit="times the rate before", decimals=2))
    return made


def _months() -> list[date]:
    return [date(2023 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(36)]


def _series_points() -> list[dict]:
    made = []
    for place, month in enumerate(_months()):
        swing = (7, 2, 9, 4, 6, 3, 8, 5, 1, 6, 4, 7)[place % 12]
        for series, base, late, kind in (("restrictive_interventions/QX1/S-1", 34, -14, "special_cause_improvement"), ("chase_contacts/QX2/S-4", 9, 9, "special_cause_concern")):
            after = place >= 29
            gap = series.startswith("chase") and place in (25, 26)
            value = None if gap else base + swing + (late if after else 0)
            for statistic, number in (("value", value), ("mean", base + 4), ("lpl", base - 6), ("upl", base + 14)):
                made.append(_figure(f"spc.{statistic}/{series}/{month:%Y-%m}", number, section="series", measure_code=series.split("/")[0], statistic=statistic, organisation_code=series.split("/")[1], service_id=series.split("/")[2],
                                    subject_id=series, period_kind="month", period_start_on=month, period_end_on=month, label=(kind if after else "common_cause") if statistic == "value" else None, decimals=1, disclosure_class="people",
                                    **({"value_state": "no_evidence"} if number is None else {})))  # fmt: skip
    return made


def _series() -> list[dict]:
    def one(code: str, name: str, organisation: str, service: str, called: str, state: str, icon: str | None, verdict: str, unit: str, **more: object) -> dict:
        return {"series_id": f"{code}/{organisation}/{service}", "measure_code": code, "plain_name": name, "organisation_code": organisation, "organisation_name": ORGANISATIONS[organisation], "service_id": service,
                "service_name": called, "improvement_direction": "decrease", "grain": "month", "chart_state": state, "variation_icon": icon, "assurance_icon": None, "verdict_words": verdict,
                "rule_set": "NHSRplotthedots 0.2.2", "disagreement_words": None, "caveat_words": None, "first_month_on": _months()[0], "last_month_on": _months()[-1], "unit": unit, **more}  # fmt: skip

    return [
        one("restrictive_interventions", "Restrictive interventions", "QX1", "S-1", "Heron ward", "publishable", "special_cause_improvement", "The latest month is part of a signal of improvement.", "per 1,000 occupied bed days"),
        one("restrictive_interventions", "Restrictive interventions", "QX1", "S-2", "Egret ward", "words_only", None, "The latest month is within what chance alone would bring: no sign of change.", "per 1,000 occupied bed days"),
        one("restrictive_interventions", "Restrictive interventions", "QX2", "S-3", "Slipway ward", "too_few_points", None, "There are too few months to say whether this is changing.", "per 1,000 occupied bed days"),
        one("chase_contacts", "Contacts to ask what is happening with a referral", "QX2", "S-4", "Quayside community team", "publishable", "special_cause_concern", "The latest month is part of a signal that this is getting worse.", "per 100 open referrals", caveat_words="Some months were not received. They are left out, not nought."),
    ]


def _inputs() -> list[dict]:
    def one(input_id: str, organisation: str, received: date, said: str | None, **more: object) -> dict:
        usual = {"organisation_code": organisation, "organisation_name": ORGANISATIONS[organisation], "input_id": input_id, "service_id": None, "service_name": None, "received_on": received, "quarter_id": QUARTER,
                 "is_in_report": True, "source_kind": "meeting", "given_by_kind": "group", "said": said, "said_words_state": "checked" if said else "not_yet_checked", "decision_id": None, "decided_on": None,
                 "decided_by_role": None, "outcome": None, "reason_code": None, "reason": None, "reason_words_state": "none", "change_id": None, "changed": None, "changed_words_state": "none", "original_due_on": None,
                 "implemented_on": None, "verified_on": None, "verified_by_kind": None, "told_on": None, "told_who": None, "ended_by": "waiting", "is_waiting": False, "is_declined_without_reason": False, "is_influence": False}  # fmt: skip
        made = {**usual, **more}
        made["is_waiting"] = made["ended_by"] == "waiting"
        return _labelled(made)

    yes = {"outcome": "accepted", "reason_words_state": "checked"}
    told = {"ended_by": "told", "told_who": "everyone_who_took_part"}
    return [
        one("N-1", "QX1", date(2024, 10, 9), "Letters do not say how long the wait is or whom to ring.", decided_on=date(2024, 12, 11), decided_by_role="Director of community services", reason="The letters cause many of the calls.", change_id="C-1", changed=_changes()[0]["changed"], changed_words_state="checked",
            implemented_on=date(2025, 5, 1), verified_on=date(2025, 6, 18), verified_by_kind="lived_experience_member", told_on=date(2024, 12, 18), is_influence=True, given_by_kind="own_experience", **yes, **told),
        one("N-2", "QX1", date(2026, 3, 4), "Every ward should have its own kitchen.", decided_on=date(2026, 4, 22), decided_by_role="Director of estates", outcome="declined", reason_code="financial", reason="Building five kitchens is not affordable this year. One shared kitchen is being costed.", reason_words_state="checked", told_on=date(2026, 5, 6), **told),
        one("N-3", "QX1", date(2025, 3, 12), "Side effects should be explained again after the first week.", service_name="Heron ward", given_by_kind="carer"),
        one("N-4", "QX1", date(2026, 5, 6), None, ended_by="no_reply_wanted", given_by_kind="bereaved"),
        one("N-5", "QX2", date(2026, 2, 18), "People should be able to choose a video appointment.", decided_on=date(2026, 4, 22), outcome="declined", is_declined_without_reason=True, told_on=date(2026, 5, 6), **told),
        one("N-6", "QX2", date(2025, 8, 13), "Families need somewhere to sit that is not the corridor.", decided_on=date(2026, 4, 15), change_id="C-2", changed_words_state="not_yet_checked", original_due_on=date(2026, 3, 31), reason="There is space.", ended_by="cannot_be_reached", given_by_kind="family_or_friend", **yes),
        one("N-7", "QX3", date(2026, 4, 11), "Open one evening a week for people who work.", decided_on=date(2026, 4, 11), decided_by_role="Members’ meeting", change_id="C-3", changed=_changes()[2]["changed"], changed_words_state="checked", implemented_on=date(2026, 5, 12), verified_on=date(2026, 6, 9), verified_by_kind="lived_experience_member", told_on=date(2026, 5, 2), is_influence=True, agreed_term="members", reason="Members voted for it.", **yes, **told),
    ]  # fmt: skip


LABELS = {
    "own_experience": "A person using services", "carer": "A carer", "family_or_friend": "A family member or friend", "bereaved": "A bereaved person", "group": "A group together",
    "accepted": "Accepted", "declined": "Declined", "financial": "Financial", "safety": "Safety", "lived_experience_member": "A member with lived experience",
    "everyone_who_took_part": "Everyone who took part", "done_on_time": "Done by the first date promised", "done_late": "Done, after the first date promised",
    "overdue": "Not done, and the first date promised has passed",
    "received": "Received", "late": "Received late", "missing": "Not received", "restated": "Received and restated", "nil": "Received: nothing this period", "no_agreement": "No agreement in force",
    "refused": "Sent, refused and not sent again", "held": "Held for a person to look at", "withdrawn": "Withdrawn", "not_due": "Not due yet",
}  # fmt: skip


def _labelled(row: dict) -> dict:
    """The row with the words of its codes beside them, as they are published."""
    coded = ("given_by_kind", "outcome", "reason_code", "verified_by_kind", "told_who", "state")
    return {**row, **{f"{column}_label": LABELS.get(row[column]) for column in coded if column in row}}


def _changes() -> list[dict]:
    def one(change_id: str, organisation: str, inputs: str, changed: str | None, state: str, **more: object) -> dict:
        usual = {"organisation_code": organisation, "organisation_name": ORGANISATIONS[organisation], "change_id": change_id, "service_id": None, "service_name": None, "input_ids": inputs, "changed": changed,
                 "changed_words_state": "checked" if changed else "not_yet_checked", "owner_role": "Head of access", "decided_on": date(2024, 12, 11), "original_due_on": None, "due_on": None, "implemented_on": None, "stopped_on": None,
                 "verified_on": None, "verified_by_kind": None, "is_verified": False, "is_influence": False, "is_in_report": True, "promise_state": state, "quarter_id": QUARTER}  # fmt: skip
        return _labelled({**usual, **more, "promise_label": LABELS[state]})

    done = {"is_influence": True, "is_verified": True, "verified_by_kind": "lived_experience_member"}
    return [
        one("C-1", "QX1", "N-1", "Every waiting letter was rewritten with members: how long the wait is, what happens next, and one number to ring.", "done_on_time", original_due_on=date(2025, 5, 1), due_on=date(2025, 5, 1), implemented_on=date(2025, 5, 1), verified_on=date(2025, 6, 18), **done),
        one("C-2", "QX2", "N-6", None, "overdue", original_due_on=date(2026, 3, 31), due_on=date(2026, 9, 30)),
        one("C-3", "QX3", "N-7", "The hut is open until nine on Tuesdays.", "done_late", original_due_on=date(2026, 5, 1), due_on=date(2026, 5, 15), implemented_on=date(2026, 5, 12), verified_on=date(2026, 6, 9), service_name="The Tea Hut drop-in", **done),
        one("C-4", "QX1", "", "A safety talk is held on Heron ward each shift.", "done_on_time", original_due_on=date(2025, 5, 1), due_on=date(2025, 5, 1), implemented_on=date(2025, 5, 1), verified_on=date(2025, 7, 9), service_name="Heron ward", **done),
        one("C-5", "QX2", "", "The front doors open by a button.", "done_on_time", original_due_on=date(2026, 2, 27), due_on=date(2026, 2, 27), implemented_on=date(2026, 2, 20), verified_on=date(2026, 3, 18), **done),
    ]  # fmt: skip


def _effects() -> list[dict]:
    better = "Since the change the measure has been better than before it, more than chance would bring. This is associated with the change, not shown to be caused by it."
    found = [
        ("QX1", "C-1", "chase_contacts", "Contacts to ask what is happening with a referral", "improved", "signal", better),
        ("QX1", "C-1", "access_complaints", "Complaints about access", "no_signal", "no_signal", "Since the change the measure has moved no more than chance would bring."),
        ("QX1", "C-4", "restrictive_interventions", "Restrictive interventions", "worsened", "signal", better.replace("better", "worse")),
        ("QX3", "C-3", "new_voices", "People who took part for the first time", "too_early", "too_few_months_after", "Fewer than seven months have passed since the change."),
        ("QX2", "C-5", "fft_positive", "Friends and Family Test: very good or good", "cannot_tell", "no_series", None),
    ]
    return [
        {"organisation_code": organisation, "change_id": change, "service_id": None, "measure_code": code, "plain_name": name, "implemented_on": None, "series_id": None, "verdict": verdict, "verdict_label": None, "reason_code": reason, "verdict_words": said, "has_interval": False}
        for organisation, change, code, name, verdict, reason, said in found
    ]  # fmt: skip


def _coverage() -> list[dict]:
    states = ("received", "late", "restated", "nil", "missing", "refused", "held", "withdrawn", "no_agreement", "received", "received", "not_due")
    made = []
    for (organisation, feeds), (place, month) in product((("QX1", ("complaints", "incidents")), ("QX2", ("feedback",))), enumerate(_months()[-12:])):
        for feed in feeds:
            state = states[place] if organisation == "QX2" else "received"
            last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            made.append({"organisation_code": organisation, "organisation_name": ORGANISATIONS[organisation], "feed": feed, "period_start_on": month, "period_end_on": last, "quarter_id": QUARTER if month >= START else "earlier", "state": state, "state_label": LABELS[state]})
    made.append({"organisation_code": "QX3", "organisation_name": ORGANISATIONS["QX3"], "feed": "workbook", "period_start_on": START, "period_end_on": END, "quarter_id": QUARTER, "state": "received", "state_label": LABELS["received"]})
    return made


if __name__ == "__main__":
    from report.html import render

    sys.stdout.write(render(specimen()))
