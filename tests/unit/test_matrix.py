"""The matrix of expectations: a sign for each status, and behind it figures, measure, chart and rows."""

import csv
import re
from dataclasses import replace

import pytest
import yaml

from report.html import render
from report.matrix import SIGNS, matrix, told
from report.rows import REGION as ALL
from report.rows import Figure, edition
from report.specimen import FACTS, rows, specimen
from warehouse.paths import ROOT

REGION, GULLWING, OLD_QUAY, TEA_HUT = (
    "The region",
    "Gullwing Mental Health Trust (made up)",
    "Old Quay Trust (made up)",
    "The Tea Hut (made-up charity)",
)


@pytest.fixture(scope="module")
def shown():
    return matrix(specimen())


@pytest.fixture(scope="module")
def behind(shown) -> dict[str, dict[str, list[str]]]:
    """Expectation → whom it is asked of → what stands in their line."""
    return {
        str(one.code): {str(head): [str(cell) for cell in cells] for head, cells in one.rows.rows}
        for one in shown.expectations
    }


def test_each_expectation_has_a_sign_for_each_who_is_asked_and_nothing_is_added_up(shown):
    assert [str(head) for head in shown.heads] == [REGION, GULLWING, OLD_QUAY, TEA_HUT]
    assert {str(one.code): [cell and cell.sign for cell in one.cells] for one in shown.expectations} == {
        "E04": ["◐", "△", "–", "○"],
        "E18": ["◆", "●", "◇", "◐"],
        "E49": ["◆", "◆", "■", "□"],
        "E83": ["▷", None, None, None],
        "E111": ["○", None, None, None],
    }
    annex = render(specimen()).partition('id="annex"')[2]
    assert not re.search(r"\d+ of \d+ expectations", annex)


def test_behind_each_sign_stand_its_figures_what_they_were_held_against_and_why(behind):
    told_back = behind["E04"]
    assert told_back[REGION][:2] == [
        "Partly evidenced. Fewer than two thirds of those asked sent evidence. 1 of 3 asked sent evidence.",
        "62% of 140",
    ]
    assert told_back[REGION][3] == "At least nine in ten are told within 90 days (suggested, not agreed here)"
    assert told_back[GULLWING][3].endswith("(The board)")
    assert told_back[OLD_QUAY][:2] == ["No agreement to send it.", "–"]
    assert told_back[TEA_HUT][0].startswith("No evidence received. Joining: ")


def test_what_is_missing_is_named_and_what_is_not_printed_says_why(behind):
    assert behind["E18"][TEA_HUT][0].endswith("No answer yet: Changes checked by somebody other than their owner.")
    assert behind["E49"][OLD_QUAY][:2] == [
        "Not printed. A number this rests on is not printed, to protect people.",
        "too few to print",
    ]
    assert behind["E49"][GULLWING][0].startswith("Shown, not judged. The counts are rounded, and too close")


def test_a_small_group_is_not_said_to_be_nobody(behind):
    said, figures, *_ = behind["E49"][TEA_HUT]
    assert "fewer than ten people" in said
    assert figures == "–"


def test_a_region_that_is_pooled_over_those_asked_alone_has_no_figures_of_its_own(behind):
    said, figures, *_ = behind["E49"][REGION]
    assert "no sum of theirs alone is printed" in said
    assert figures == "–"


def test_the_commissioner_s_own_figures_are_said_to_be_that(behind):
    assert "the figures are the commissioner's own" in behind["E83"][REGION][0]
    assert "commissioner" not in behind["E04"][REGION][0]


def test_what_takes_a_year_to_follow_says_of_when_it_is_told():
    given = rows()
    given["pub_evidence"] = [
        row | {"quarter_id": "2025-26-Q1"} if row["expectation_id"] == "E18" else row for row in given["pub_evidence"]
    ]
    of = {str(one.code): one.told_of for one in matrix(edition(FACTS, given)).expectations}
    assert str(of["E18"]).startswith("Told of April to June 2025, the latest quarter whose decisions were followed")
    assert of["E04"] is None


def test_where_several_measures_answer_each_has_its_figures(shown):
    by_measure = {str(one.code): one.by_measure for one in shown.expectations}
    assert [str(head) for head in by_measure["E18"].heads] == ["Measure", REGION, GULLWING, OLD_QUAY, TEA_HUT]
    assert [[str(head), *map(str, cells)] for head, cells in by_measure["E18"].rows] == [
        ["Things said that led to a change someone else checked", "41% (14 of 34)", "38% (9 of 24)", "2 of 7", "all 3"],
        ["Changes checked by somebody other than their owner", "6 of 9", "5 of 6", "none of 2", "1 of 1"],
    ]
    assert by_measure["E04"] is None


def test_of_several_measures_the_region_may_be_pooled_anew_for_one_alone():
    given = rows()
    given["pub_evidence"] = [
        row | {"figures_of": None, "measures_figures_of": f";{ALL}"}
        if (row["expectation_id"], row["organisation_code"]) == ("E18", ALL)
        else row
        for row in given["pub_evidence"]
    ]
    (led,) = [one for one in matrix(edition(FACTS, given)).expectations if str(one.code) == "E18"]
    assert [str(cells[0]) for _, cells in led.by_measure.rows] == ["–", "6 of 9"]


def test_a_measure_that_is_printed_of_nobody_says_so():
    given = rows()
    given["pub_measures"] = [
        row | {"section": None, "measure_code": "minutes"} if row["measure_code"] == "needs_met" else row
        for row in given["pub_measures"]
    ]
    given["pub_evidence"] = [
        row | {"measure_codes": "influence;minutes"} if row["expectation_id"] == "E18" else row
        for row in given["pub_evidence"]
    ]
    (led,) = [one for one in matrix(edition(FACTS, given)).expectations if str(one.code) == "E18"]
    assert [str(cell) for cell in led.by_measure.rows[1][1]] == ["not printed, to protect people"] * 4


def test_from_an_expectation_the_way_leads_to_measure_chart_and_rows():
    given = rows()
    charted = next(row for row in given["pub_series"] if row["chart_state"] == "publishable")
    given["pub_series"].append(
        charted | {"measure_code": "new_voices", "service_id": None, "series_id": "new_voices/QX1"}
    )
    page = render(edition(FACTS, given))
    behind = page.partition('id="expectation-E49"')[2].partition('id="expectation-E83"')[0]
    assert {"#measure-new_voices", "#chart-new-voices-qx1", "#data"} <= set(re.findall(r'href="([^"]+)"', behind))
    told_back = page.partition('id="expectation-E04"')[2].partition('id="expectation-E18"')[0]
    assert {"#chain", "#chain-QX1"} <= set(re.findall(r'href="([^"]+)"', told_back))


def test_every_way_leads_somewhere():
    page = render(specimen())
    there = re.findall(r'\bid="([^"]+)"', page)
    assert len(there) == len(set(there))
    assert set(re.findall(r'href="#([^"]+)"', page)) - set(there) == set()


FIGURE = Figure("spend.rate_per_100/QX1", unit="per £100 spent", statistic="rate_per_100", value=37.4, decimals=0)


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (FIGURE, "£37 per £100 spent"),
        (replace(FIGURE, unit="£ per 100 attendances", value=1234.5, decimals=2), "£1,234.50 per 100 attendances"),
        (
            replace(FIGURE, unit="per 1,000 occupied bed days", value=12.46, decimals=1),
            "12.5 per 1,000 occupied bed days",
        ),
        (replace(FIGURE, value=None, value_state="suppressed"), "too few to print"),
    ],
)
def test_a_figure_is_said_in_its_own_unit(figure, said):
    counted = Figure("spend.numerator/QX1", value=40, statistic="numerator")
    assert str(told("spend", counted, counted, figure)) == said


def test_every_status_there_is_has_a_sign_of_its_own_and_its_words():
    described = yaml.safe_load((ROOT / "dbt_project/models/marts/measures/measures_marts.yml").read_text("utf-8"))
    (evidence,) = [one for one in described["models"] if one["name"] == "mart_evidence"]
    (status,) = [one for one in evidence["columns"] if one["name"] == "status"]
    (accepted,) = [one["expression"] for one in status["constraints"] if one["type"] == "check"]
    with (ROOT / "dbt_project/seeds/evidence_words.csv").open(encoding="utf-8", newline="") as content:
        worded = [row["code"] for row in csv.DictReader(content) if row["kind"] == "status"]
    assert list(SIGNS) == worded
    # Only print withholds: the marts hold the true values.
    assert set(SIGNS) == {*re.findall(r"'(\w+)'", accepted), "withheld"}
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_specimen_uses_every_status_and_reason():
    with (ROOT / "dbt_project/seeds/evidence_words.csv").open(encoding="utf-8", newline="") as content:
        there = {(row["kind"], row["code"]) for row in csv.DictReader(content)}
    used = {
        (kind, row[column])
        for row in rows()["pub_evidence"]
        for kind, column in (("status", "status"), ("reason", "reason_code"))
    }
    assert used - {("reason", None)} == there


def test_an_edition_from_before_evidence_was_printed_has_no_matrix():
    given = rows()
    given["pub_evidence"] = []
    assert matrix(edition(FACTS, given)) is None


def test_charts_that_are_hard_to_read_stand_behind_whom_to_talk_to():
    given = rows()
    charted = next(row for row in given["pub_series"] if row["chart_state"] == "publishable")
    given["pub_series"].append(charted | {"measure_code": "harm", "series_id": "harm/QX1", "plain_name": "Harm"})
    given["pub_measures"].append(
        given["pub_measures"][0] | {"measure_code": "harm", "plain_name": "Harm", "section": "evidence"}
    )
    annex = render(edition(FACTS, given)).partition('id="annex-charts"')[2]
    before, _, _ = annex.partition('id="chart-harm-qx1"')
    assert "Samaritans" in before
    assert '<details class="drawn-only">' in before
