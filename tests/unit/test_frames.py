"""The frameworks that people ask by: every expectation is seen through one, and no principle is silently empty."""

import csv
from collections import Counter

import pytest

from warehouse.paths import ROOT


def _seed(name: str) -> list[dict[str, str]]:
    with (ROOT / f"dbt_project/seeds/{name}.csv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


PRINCIPLES = {(row["frame_code"], row["principle_code"]): row for row in _seed("frames")}
BEARING = _seed("frame_expectations")
EXPECTATIONS = {row["expectation_id"] for row in _seed("expectations")}
HOW_MANY = {
    "commissioner": 11, "cqc": 34, "caring": 6, "challenges": 11, "nice_qs148": 4, "nice_qs167": 5, "four_pi": 5,
    "pcref": 8, "commissioning_cycle": 4, "survey": 17,
}  # fmt: skip


def test_every_frame_has_as_many_principles_as_its_source():
    assert Counter(frame for frame, _ in PRINCIPLES) == HOW_MANY
    assert len(PRINCIPLES) == len(_seed("frames"))


def test_every_expectation_has_one_place_in_the_commissioners_view():
    placed = [row["expectation_id"] for row in BEARING if row["frame_code"] == "commissioner"]
    assert sorted(placed) == sorted(EXPECTATIONS)


def test_what_bears_on_a_principle_is_an_expectation_and_says_so_once():
    links = [(row["frame_code"], row["principle_code"], row["expectation_id"]) for row in BEARING]
    assert len(set(links)) == len(links)
    assert {(frame, principle) for frame, principle, _ in links} <= PRINCIPLES.keys()
    assert {expectation for _, _, expectation in links} == EXPECTATIONS


@pytest.mark.parametrize("principle", PRINCIPLES, ids="/".join)
def test_a_principle_has_an_expectation_or_says_why_it_has_none(principle):
    bears = any((row["frame_code"], row["principle_code"]) == principle for row in BEARING)
    assert bears is not bool(PRINCIPLES[principle]["without_because"])


def test_names_carry_their_source_and_whose_words_they_are():
    assert all(row["source"] and row["attribution"] for row in PRINCIPLES.values())
