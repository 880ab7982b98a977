"""The reference seeds agree with each other: boards that ended have successors, and the trusts show which."""

import csv
from collections import defaultdict

import pytest

from warehouse.paths import ROOT


def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def boards() -> dict[str, dict[str, str]]:
    return {row["icb_code"]: row for row in seed("icbs")}


def test_the_successions_are_those_that_the_trusts_show(boards):
    now = {row["organisation_code"]: row["icb_code"] for row in seed("ods_nhs_trusts")}
    went = defaultdict(set)
    for row in seed("ods_nhs_trusts_before"):
        # A trust whose board still stands moved by itself.
        if boards[row["icb_code"]]["valid_to"]:
            went[row["icb_code"]].add(now[row["organisation_code"]])
    shown = {(old, new, str(len(news) == 1).lower()) for old, news in went.items() for new in news}
    assert shown == {
        (row["predecessor_code"], row["successor_code"], row["is_whole"])
        for row in seed("icb_succession")
        if row["basis"] == "trusts"
    }


def test_every_board_that_ended_has_a_successor_from_the_day_after(boards):
    ended = {code for code, row in boards.items() if row["valid_to"]}
    successions = seed("icb_succession")
    assert {row["predecessor_code"] for row in successions} == ended
    assert {(boards[row["predecessor_code"]]["valid_to"], row["succeeded_on"]) for row in successions} == {
        ("2026-03-31", "2026-04-01")
    }
    whole = [row["predecessor_code"] for row in successions if row["is_whole"] == "true"]
    split = {row["predecessor_code"] for row in successions if row["is_whole"] == "false"}
    assert len(whole) == len(set(whole))
    assert not split & set(whole)


def test_no_trust_stands_under_a_board_that_has_ended(boards):
    ended = {code for code, row in boards.items() if row["valid_to"]}
    assert not {row["icb_code"] for row in seed("ods_nhs_trusts")} & ended


def test_every_board_of_2024_is_counted_in_full(boards):
    values = {(row["characteristic"], row["value"]) for row in seed("population_values")}
    counted = defaultdict(set)
    for row in seed("populations"):
        counted[row["icb_code"]].add((row["characteristic"], row["value"]))
    assert set(counted) == {code for code, row in boards.items() if row["valid_from"] == "2022-07-01"}
    assert all(of_board == values for of_board in counted.values())


@pytest.mark.parametrize("characteristic", ["ethnicity", "disability", "religion", "sexual_orientation", "age_band"])
def test_the_parts_come_to_the_total_but_for_the_censuss_noise(characteristic):
    parts, total = defaultdict(int), {}
    for row in seed("populations"):
        if row["characteristic"] == characteristic:
            if row["value"] == "all":
                total[row["icb_code"]] = int(row["population"])
            else:
                parts[row["icb_code"]] += int(row["population"])
    assert parts == {code: pytest.approx(number, rel=1e-3) for code, number in total.items()}


def test_every_ethnic_group_of_the_census_falls_under_one_nhs_code():
    groups = {row["value"] for row in seed("population_values") if row["characteristic"] == "ethnicity"} - {"all"}
    crosswalk = seed("ethnicity_crosswalk")
    nhs_codes = {row["code"] for row in seed("code_lists") if row["list_name"] == "nhs_16_plus_1"}
    assert {row["census_value"] for row in crosswalk} == groups
    assert {row["nhs_code"] for row in crosswalk} == nhs_codes - {"Z", "99"}


def test_no_board_was_succeeded_twice_over():
    # A sender's file is followed over one merger (int_organisations__placed); a second one needs it to follow further.
    successions = seed("icb_succession")
    assert not {row["predecessor_code"] for row in successions} & {row["successor_code"] for row in successions}
