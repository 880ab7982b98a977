"""A made-up edition that uses every state a report can show, to judge wording and layout before any data exist.

`python -m report.specimen > specimen.html` writes it. The tests read the same rows; they stand in specimen.yml.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from report.rows import REGION, Edition, edition
from warehouse import yaml_files
from warehouse.paths import ROOT

ICB = "QXX"
QUARTER = "2026-27-Q1"
START, END = date(2026, 4, 1), date(2026, 6, 30)
FACTS = {
    "edition_id": f"{QUARTER}/{ICB}/1",
    "quarter_id": QUARTER,
    "icb_code": ICB,
    "icb_name": "Saltmarsh (made-up ICB)",
    "state": "draft",
    "data_cut_at": datetime(2026, 7, 28, 23, 0, tzinfo=UTC),
    "sign_off_kind": None,
    "signed_off_by_role": None,
    "signed_off_on": None,
    "published_on": None,
    "code_version": "specimen",
    "accepted_through": 7,
    "rows_sha256": "5a" * 32,
}
ORGANISATIONS = {
    "QX1": "Gullwing Mental Health Trust (made up)",
    "QX2": "Old Quay Trust (made up)",
    "QX3": "The Tea Hut (made-up charity)",
}
MONTHS = [date(2023 + (6 + place) // 12, (6 + place) % 12 + 1, 1) for place in range(36)]
PEOPLE = ("new_voices", "needs_met")
SOURCES = {"sessions_held": "incident", **dict.fromkeys(PEOPLE, "session;participation")}
AS_OF = ("inputs_waiting", "inputs_no_reply_wanted", "inputs_cannot_be_reached", "promises_overdue_now")
CURVE = {0: 0, 7: 0.06, 14: 0.15, 28: 0.29, 45: 0.41, 60: 0.5, 75: 0.57, 90: 0.62, 120: 0.7, 180: 0.78}
SWING = (7, 2, 9, 4, 6, 3, 8, 5, 1, 6, 4, 7)
COVERAGE = [
    "received",
    "late",
    "restated",
    "nil",
    "missing",
    "refused",
    "held",
    "withdrawn",
    "no_agreement",
    "received",
    "received",
    "not_due",
]

INPUT = dict.fromkeys(
    [
        "service_id",
        "service_name",
        "said",
        "decision_id",
        "decided_on",
        "decided_by_role",
        "outcome",
        "reason_code",
        "reason",
        "change_id",
        "changed",
        "original_due_on",
        "implemented_on",
        "verified_on",
        "verified_by_kind",
        "told_on",
        "told_who",
        "theme_codes",
        "theme_labels",
    ]
)
CHANGE = dict.fromkeys(
    [
        "service_id",
        "service_name",
        "input_ids",
        "changed",
        "original_due_on",
        "due_on",
        "implemented_on",
        "stopped_on",
        "verified_on",
        "verified_by_kind",
    ]
)
FINDING = dict.fromkeys(("kind_label", "subject_kind", "subject_id", "measure_code"))
CHALLENGE = dict.fromkeys(
    [
        "raised_by_role",
        "about_figure_id",
        "comment",
        "reply",
        "replied_by_role",
        "replied_on",
        "outcome",
        "outcome_label",
        "promised_action_id",
    ]
)
SERIES = {
    "improvement_direction": "decrease",
    "grain": "month",
    "rule_set": "NHSRplotthedots 0.2.2",
    "first_month_on": MONTHS[0],
    "last_month_on": MONTHS[-1],
    **dict.fromkeys(("variation_icon", "assurance_icon", "disagreement_words", "caveat_words")),
}


def specimen(**facts: object) -> Edition:
    """The made-up edition; `facts` change its own facts, such as its state."""
    return edition({**FACTS, **facts}, rows())


def rows() -> dict[str, list[dict]]:
    """The rows by relation, made anew at each call."""
    told = yaml_files.read(Path(__file__).parent / "specimen.yml")
    labels = told["labels"]
    figures = (_measures(told["measures"]), _counts(told), _days(), _curve(), _effect(), _series_points(), _quality())
    found = [figure for some in figures for figure in some]
    return {
        "pub_figures": found,
        "pub_organisations": [
            {"organisation_code": code, "organisation_name": name, "is_joining": False, "is_made_up": True}
            for code, name in ORGANISATIONS.items()
        ],
        "pub_inputs": [_input(row, labels) for row in told["inputs"]],
        "pub_changes": [_change(row, labels) for row in told["changes"]],
        "pub_effects": [{"verdict_words": None, **row} for row in told["effects"]],
        "pub_series": [
            _named(
                {
                    **SERIES,
                    **row,
                    "series_id": "/".join((row["measure_code"], row["organisation_code"], row["service_id"])),
                }
            )
            for row in told["series"]
        ],
        "pub_coverage": list(_coverage(labels)),
        "pub_findings": [{**FINDING, **_named(row)} for row in told["findings"]],
        "pub_data_quality": [
            _named({"organisation_code": "QX1", "record": "incident", "rule": rule})
            for rule in ("all", "INC-001", "INC-002")
        ],
        "pub_measures": [
            _measure(place, code, one["name"]) for place, (code, one) in enumerate(told["measures"].items())
        ],
        "pub_expectations": told["expectations"],
        "pub_evidence": [_evidence(row, evidence_words()) for row in told["evidence"]],
        "pub_challenges": [_challenge(row) for row in told["challenges"]],
        "pub_asks": list(_asks(told["asks"])),
        "pub_answers": [],
        "pub_restatements": [_restatement(row, {figure["figure_id"]: figure for figure in found}, told["measures"])
                             for row in told["restatements"]],
    }  # fmt: skip


def evidence_words() -> dict[str, str]:
    """What every status and reason of an expectation is called in print."""
    with (ROOT / "dbt_project/seeds/evidence_words.csv").open(encoding="utf-8", newline="") as content:
        return {row["code"]: row["label"] for row in csv.DictReader(content)}


def _evidence(row: dict, said: dict[str, str]) -> dict:
    codes = row.get("measures")
    code = codes.split(";")[0] if codes else None
    has_figures = row["status"] not in ("no_evidence_received", "no_agreement")
    figures_of = (
        None if row.get("reason_code") == "shown_by_those_asked" else row.get("figures_of", row["organisation_code"])
    )
    return {
        "expectation_id": row["expectation_id"],
        "organisation_code": row["organisation_code"],
        "organisation_name": ORGANISATIONS.get(row["organisation_code"], "The region"),
        "quarter_id": QUARTER,
        "status": row["status"],
        "status_label": said[row["status"]],
        "reason_code": row.get("reason_code"),
        "reason_words": said.get(row.get("reason_code")),
        "evidence_basis": "recorded" if has_figures else "none",
        "measure_codes": codes,
        "measures_figures_of": codes and ";".join(figures_of or "" for _ in codes.split(";")),
        "missing_measure_codes": row.get("missing"),
        "measure_code": code,
        "figures_of": figures_of,
        **{
            f"{part}_figure_id": f"{code}.{statistic}/{figures_of}/{QUARTER}" if has_figures and figures_of else None
            for part, statistic in (("numerator", "numerator"), ("denominator", "denominator"), ("value", "share"))
        },
        "threshold_id": code and f"{code}_at_least",
        "threshold_words": {"E04": "At least nine in ten are told within 90 days", "E18": "At least a third"}.get(
            row["expectation_id"]
        ),
        "threshold_owner_kind": "icb" if row.get("owner") else "local_suggestion",
        "threshold_owner": row.get("owner"),
    }


def _measure(place: int, code: str, name: str) -> dict:
    suggested = code == "told_back_within_90_days"
    return {
        "measure_code": code,
        "plain_name": name,
        "numerator": "those that were",
        "denominator": "all there were",
        "clock": "the quarter",
        "section": "room" if code in PEOPLE else "changed",
        "source_records": SOURCES.get(code, "input;decision"),
        "display_order": place,
        "threshold_words": "Eight in ten people are told what happened within 90 days" if suggested else None,
        "threshold_owner": None,
    }


def _named(row: dict) -> dict:
    return {**row, "organisation_name": ORGANISATIONS[row["organisation_code"]]}


def _labelled(row: dict, labels: dict[str, str]) -> dict:
    """The row with the words of its codes beside them, as they are published."""
    coded = ("given_by_kind", "outcome", "reason_code", "verified_by_kind", "told_who", "state")
    return _named({**row, **{f"{column}_label": labels.get(row[column]) for column in coded if column in row}})


def _input(row: dict, labels: dict[str, str]) -> dict:
    made = {
        **INPUT,
        "is_in_report": True,
        "is_influence": False,
        "is_declined_without_reason": False,
        "is_waiting": row["ended_by"] == "waiting",
        "said_words_state": "checked" if "said" in row else "not_yet_checked",
        "reason_words_state": "checked" if "reason" in row else "none",
        "changed_words_state": "checked" if "changed" in row else "not_yet_checked" if "change_id" in row else "none",
        **row,
    }
    return _labelled(made, labels)


def _change(row: dict, labels: dict[str, str]) -> dict:
    made = {
        **CHANGE,
        "is_in_report": True,
        "is_influence": False,
        "owner_role": "Head of access",
        "changed_words_state": "checked" if "changed" in row else "not_yet_checked",
        "promise_label": labels[row["promise_state"]],
        **row,
    }
    return _labelled(made, labels)


def _challenge(row: dict) -> dict:
    words_states = {f"{column}_words_state": "checked" if column in row else "none" for column in ("comment", "reply")}
    return {**CHALLENGE, **words_states, **row}


def _asks(asks: list[dict]) -> Iterator[dict]:
    number = 0
    for entry_id, row in enumerate(asks, start=1):
        number += row["kind"] == "ask"
        asked = number if row["kind"] == "ask" else None
        yield {"entry_id": entry_id, "ask_number": asked, "entered_on": date(2026, 7, 27), **row}


def _restatement(row: dict, figures: dict[str, dict], measures: dict[str, dict]) -> dict:
    measure, organisation = row["figure_id"].split(".")[0], row["figure_id"].split("/")[1]
    gone = _figure("gone", measure, "count", None, organisation_code=organisation, value_state=None)
    today = figures.get(row["figure_id"], gone)
    return {
        **today,
        "printed_in_edition_id": f"{QUARTER}/{ICB}/0",
        "plain_name": measures.get(measure, {}).get("name"),
        "organisation_name": ORGANISATIONS.get(today["organisation_code"]),
        "service_id": today.get("service_id"),
        "service_name": today.get("service_id"),
        "value_state_before": "suppressed" if row["value_before"] is None else "counted",
        "value_today": today["value"],
        "value_state_today": today["value_state"],
        **row,
    }


def _coverage(labels: dict[str, str]) -> Iterator[dict]:
    def one(organisation: str, feed: str, starts: date, ends: date, state: str) -> dict:
        quarter = QUARTER if starts >= START else "2025-26-Q4"
        period = {"period_start_on": starts, "period_end_on": ends, "quarter_id": quarter}
        return _labelled({"organisation_code": organisation, "feed": feed, "state": state, **period}, labels)

    for starts, state in zip(MONTHS[-12:], COVERAGE, strict=True):
        ends = (starts.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        yield one("QX1", "complaints", starts, ends, "received")
        yield one("QX1", "incidents", starts, ends, "received")
        yield one("QX2", "feedback", starts, ends, state)
    yield one("QX3", "workbook", START, END, "received")


# Figures


def _figure(figure_id: str, measure_code: str, statistic: str, value: float | None, **columns: object) -> dict:
    usual = {
        "organisation_code": REGION,
        "period_kind": "quarter",
        "period_start_on": START,
        "period_end_on": END,
        "quarter_id": QUARTER,
        "breakdown_kind": "none",
        "breakdown_code": "all",
        "value_state": "suppressed" if value is None else "counted",
        "unit": "count",
        "disclosure_class": "things",
        "evidence_basis": "recorded",
    }
    named = {
        "figure_id": f"{measure_code}.{statistic}/{figure_id}",
        "measure_code": measure_code,
        "statistic": statistic,
    }
    return {**usual, **named, "value": None if value is None else float(value), **columns}


def _measures(measures: dict[str, dict]) -> Iterator[dict]:
    for code, one in measures.items():
        for organisation, (numerator, denominator) in one["found"].items():
            usual = {"organisation_code": organisation, "disclosure_class": "people" if code in PEOPLE else "things"}
            if organisation == "QX3" and code in PEOPLE:
                usual["evidence_basis"] = "declared"
            where = f"{organisation}/{QUARTER}"
            yield _figure(where, code, "numerator", numerator, **usual)
            yield _figure(where, code, "denominator", denominator, **usual)
            if numerator is None or denominator is None or denominator < 20:
                state = "suppressed" if None in (numerator, denominator) else "too_few_to_say"
                yield _figure(where, code, "share", None, **usual, value_state=state, unit="share of 1")
                continue
            # An estimate that takes account of those still waiting is not told over all.
            estimated = (code, organisation) == ("told_back_within_90_days", REGION)
            yield _figure(
                where, code, "share", CURVE[90] if estimated else numerator / denominator, **usual, unit="share of 1"
            )


def _counts(told: dict) -> Iterator[dict]:
    for code, values in told["counts"].items():
        kind = "as_of" if code in AS_OF else "quarter"
        for organisation, value in zip((*ORGANISATIONS, REGION), (*values, sum(values)), strict=True):
            yield _figure(
                f"{organisation}/{kind}", code, "count", value, organisation_code=organisation, period_kind=kind
            )
    for reason, values in told["reasons"].items():
        broken = {"breakdown_kind": "decision_reason", "breakdown_code": reason}
        for organisation, value in zip((*ORGANISATIONS, REGION), (*values, sum(values)), strict=True):
            where = f"{organisation}/{reason}"
            yield _figure(where, "inputs_declined_by_reason", "count", value, organisation_code=organisation, **broken)
    for organisation, (said, of, register, decided) in {"QX1": (15, 40, 21, 22), REGION: (15, 40, 21, 22)}.items():
        for code, numerator, denominator in (("told_by_members", said, of), ("told_by_register", register, decided)):
            about = {"organisation_code": organisation}
            about["disclosure_class"] = "people" if code == "told_by_members" else "things"
            for statistic, value in (("numerator", numerator), ("denominator", denominator)):
                yield _figure(f"{organisation}/{QUARTER}", code, statistic, value, **about)
    for code, sent in {"influence": 3, "needs_met": 2}.items():
        for statistic, value in (("numerator", sent), ("denominator", 3)):
            yield _figure(code, "evidence", statistic, value, breakdown_kind="measure", breakdown_code=code)
    for row in told["evidence"]:
        for statistic, name in (("numerator", "evidenced"), ("denominator", "asked")):
            if name in row:
                code = row["expectation_id"]
                yield _figure(code, "evidence", statistic, row[name], breakdown_kind="expectation", breakdown_code=code)


def _days() -> Iterator[dict]:
    yield _figure("QXX/as_of", "longest_wait", "days", 504, period_kind="as_of", unit="days")
    for organisation, subject, code, value in (
        ("QX1", "N-1", "input_days_to_decide", 63),
        ("QX1", "N-1", "input_days_to_tell", 70),
        ("QX1", "N-2", "input_days_to_tell", 0),
        ("QX1", "N-3", "input_days_waiting", 504),
        ("QX2", "N-5", "input_days_to_decide", 1),
        ("QX2", "C-2", "change_days_late", 120),
    ):
        about = {"organisation_code": organisation, "subject_id": subject, "period_kind": "as_of", "unit": "days"}
        yield _figure(f"{organisation}/{subject}", code, "days", value, **about)


def _curve() -> Iterator[dict]:
    for day, share in CURVE.items():
        broken = {"breakdown_kind": "day", "breakdown_code": f"{day:04d}", "unit": "share of 1"}
        for statistic, value in (("share", share), ("lower", max(0, share - 0.08)), ("upper", share + 0.07)):
            yield _figure(f"{day:04d}", "told_back_curve", statistic, value, **broken)


def _effect() -> Iterator[dict]:
    about = {
        "section": "effects",
        "organisation_code": "QX1",
        "subject_id": "C-1",
        "period_kind": "as_of",
        "decimals": 2,
    }
    for statistic, value in (("value", 0.78), ("lower", 0.7), ("upper", 0.86)):
        yield _figure("QX1/C-1", "chase_contacts", statistic, value, unit="times the rate before", **about)


def _series_points() -> Iterator[dict]:
    for code, organisation, service, base, late, signal in (
        ("restrictive_interventions", "QX1", "S-1", 34, -14, "special_cause_improvement"),
        ("chase_contacts", "QX2", "S-4", 9, 9, "special_cause_concern"),
    ):
        series = f"{code}/{organisation}/{service}"
        for place, starts in enumerate(MONTHS):
            about = {
                "section": "series",
                "organisation_code": organisation,
                "service_id": service,
                "subject_id": series,
            }
            about |= {"period_kind": "month", "period_start_on": starts, "decimals": 1, "disclosure_class": "people"}
            # The other sender was silent for two months.
            came = organisation == "QX1" or place not in (25, 26)
            value = base + SWING[place % 12] + (late if place >= 29 else 0) if came else None
            kind = {
                "label": signal if place >= 29 else "common_cause",
                "value_state": "counted" if came else "no_evidence",
            }
            yield _figure(f"{series}/{starts:%Y-%m}", code, "value", value, **about, **kind)
            for statistic, limit in (("mean", base + 4), ("lpl", base - 6), ("upl", base + 14)):
                yield _figure(f"{series}/{starts:%Y-%m}", code, statistic, limit, **about)


def _quality() -> Iterator[dict]:
    for line, rule, value in (
        ("read", "all", 1205),
        ("accepted", "all", 1200),
        ("set_aside", "all", 3),
        ("failed", "INC-001", 3),
        ("set_aside", "INC-001", 3),
        ("failed", "INC-002", 0),
    ):
        about = {"section": "quality", "organisation_code": "QX1", "subject_id": "incident", "period_kind": "as_of"}
        about |= {"breakdown_kind": "rule", "breakdown_code": rule, "unit": "rows"}
        yield _figure(f"QX1/incident/{rule}", f"rows_{line}", "count", value, **about)


if __name__ == "__main__":
    from report.html import render

    sys.stdout.write(render(specimen()))
