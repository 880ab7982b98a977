"""Six questions that a stranger brings, each answered out of published rows, and never by silence."""

import re
from datetime import date

from report import claims, words
from report.html import render
from report.questions import questions
from report.rows import edition
from report.specimen import FACTS, rows, specimen


def told(**changes):
    return {one.key: str(one.said) for one in questions(edition(FACTS, {**rows(), **changes}))}


def test_the_six_are_answered_out_of_the_rows():
    said = told()
    assert said["changed"].startswith("9 changes were made this quarter.")
    assert said["declined"].startswith("7 things declined or put off. With a reason: 5 of 7.")
    assert said["claimed"] == (
        "At Old Quay Trust (made up), what is claimed stands above what the records or the members say."
    )
    assert said["restraint"].startswith("Heron ward: the latest month is part of a signal of improvement.")
    assert "does not say why" in said["restraint"]
    assert said["missing-voices"].startswith("These records cannot say who stayed away.")
    assert "access needs that were met, 2 of 3" in said["incomplete"]


def test_one_change_is_one_change():
    one = [
        {**row, "value": 1.0} if (row["measure_code"], row["organisation_code"]) == ("changes_made", "ALL") else row
        for row in rows()["pub_figures"]
    ]
    assert told(pub_figures=one)["changed"].startswith("1 change was made this quarter.")


def test_places_with_the_same_verdict_are_told_together():
    alike = [{**row, "verdict_words": "No sign of change."} for row in rows()["pub_series"]]
    assert told(pub_series=alike)["restraint"].startswith("Heron ward, Egret ward and Slipway ward: no sign of change.")


def test_silence_is_no_answer():
    silent = {one.key: str(one.said).lower() for one in questions(edition(FACTS, {}))}
    assert silent["changed"] == "no evidence about changes was received."
    assert "does not mean that there was none" in silent["restraint"]
    assert "stays untested" in silent["claimed"]
    assert not re.search(r"\b(all|none of|0)\b", silent["incomplete"])


def test_nobody_s_claim_is_told_that_no_finding_holds():
    nothing_found = edition(FACTS, {**rows(), "pub_findings": []})
    assert claims.claims(nothing_found) == []
    assert "stays untested" in str(claims.shortly(nothing_found))
    assert "stays untested" not in str(claims.shortly(specimen()))


def test_each_answer_leads_to_a_section_of_the_page():
    page = render(specimen())
    for one in questions(specimen()):
        for target, _ in one.more:
            assert f'<section class="section within" id="{target}"' in page


def test_the_days_of_a_quarter():
    assert words.quarter_days("2026-27-Q1") == (date(2026, 4, 1), date(2026, 6, 30))
    assert words.quarter_days("2026-27-Q3") == (date(2026, 10, 1), date(2026, 12, 31))
    assert words.quarter_days("2026-27-Q4") == (date(2027, 1, 1), date(2027, 3, 31))
