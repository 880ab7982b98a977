"""What judges what: an expectation with a right answer is held against something, in the unit of its measure."""

import csv

import pytest

from warehouse.paths import ROOT


def _seed(name: str) -> list[dict[str, str]]:
    with (ROOT / f"dbt_project/seeds/{name}.csv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


EXPECTATIONS = {row["expectation_id"]: row for row in _seed("expectations")}
MEASURES = {row["measure_code"]: row for row in _seed("measures")}
ANSWERS = _seed("expectation_measures")
THRESHOLDS = _seed("thresholds")
WITH_A_RIGHT_ANSWER = [one for one, row in EXPECTATIONS.items() if row["answer_kind"] in ("target", "presence")]
WITHOUT = [one for one, row in EXPECTATIONS.items() if row["answer_kind"] in ("shown", "self")]


def _judging(expectation_id: str) -> dict[str, str]:
    """The measures that judge an expectation, each with the expectation that its threshold may belong to besides."""
    found = {}
    for row in ANSWERS:
        if row["expectation_id"] != expectation_id or row["judges"] != "true":
            continue
        if row["measure_code"]:
            found[row["measure_code"]] = row["of_expectation_id"]
        else:
            found |= dict.fromkeys(_judging(row["of_expectation_id"]), row["of_expectation_id"])
    return found


@pytest.mark.parametrize("expectation_id", WITH_A_RIGHT_ANSWER)
def test_an_expectation_with_a_right_answer_has_a_threshold_for_each_measure_that_judges_it(expectation_id):
    judging = _judging(expectation_id)
    held = {
        code
        for code, of in judging.items()
        for row in THRESHOLDS
        if row["purpose"] == "judges" and row["measure_code"] == code
        if row["expectation_id"] in ("", expectation_id, of)
    }
    assert judging
    assert held == set(judging)


@pytest.mark.parametrize("expectation_id", WITHOUT)
def test_where_there_is_no_right_answer_nothing_judges(expectation_id):
    assert _judging(expectation_id) == {}


def test_what_judges_a_measure_is_in_its_unit_and_on_its_better_side():
    better = {"increase": "at_least", "decrease": "at_most"}
    judging = [row for row in THRESHOLDS if row["purpose"] == "judges"]
    wrong = {
        row["threshold_id"]
        for row in judging
        if row["unit"] != MEASURES[row["measure_code"]]["unit"]
        or row["operator"] != better.get(MEASURES[row["measure_code"]]["direction"])
    }
    assert judging
    assert wrong == set()


def test_whoever_owns_a_threshold_says_since_when_and_a_suggestion_has_no_owner():
    owned = {row["threshold_id"] for row in THRESHOLDS if row["owner"]}
    assert {row["threshold_id"] for row in THRESHOLDS if row["agreed_on"]} == owned
    assert {row["threshold_id"] for row in THRESHOLDS if row["owner_kind"] != "local_suggestion"} == owned
    assert owned


def test_a_share_of_one_that_judges_can_be_reached():
    shares = [row for row in THRESHOLDS if row["purpose"] == "judges" and row["unit"] == "share of 1"]
    assert all(0 < float(row["value"]) <= 1 for row in shares)


def test_what_is_part_of_another_is_hidden_like_it():
    """A share's numerator is no larger than its denominator: a hidden one of 1 would be given away by a printed 1."""
    shares = [row for row in MEASURES.values() if row["statistic"] == "share"]
    assert [row["measure_code"] for row in shares if row["disclosure_class"] != row["denominator_class"]] == []


def test_no_share_is_made_of_fewer_than_ten_people():
    """Beside rounded counts the share of a small group tells of single people."""
    of_people = [row for row in MEASURES.values() if "people" in (row["disclosure_class"], row["denominator_class"])]
    assert len(of_people) > 40
    small = [row["measure_code"] for row in of_people if row["section"] and int(row["minimum_denominator"]) < 10]
    assert small == []


def test_what_counts_several_of_each_person_is_not_printed():
    """Rounding to five hides nobody among answers, minutes or pounds."""
    several = [
        row
        for row in MEASURES.values()
        if row["method"] in ("weighted share", "amount") and row["disclosure_class"] == "people"
    ]
    assert several
    assert [row["measure_code"] for row in several if row["section"]] == []
