"""What the made-up region could show of the 118 expectations: of whom each is asked, and what its answers rest on."""

import csv
from collections import defaultdict

import pytest
from psycopg2.extras import RealDictCursor

from warehouse.connection import connect
from warehouse.paths import ROOT

QUARTER = "2026-27-Q1"
FULL, WITH_BEDS = {"ZW1", "ZW2", "ZW5"}, {"ZW1", "ZW2"}
ASKED = {"all": {"ZW1", "ZW2", "ZW3", "ZW4", "ZW5"}, "full": FULL, "bed": WITH_BEDS, "icb": {"ZWL_ICB"}, "self": set()}
EXPECTATIONS = {
    row["expectation_id"]: row
    for row in csv.DictReader((ROOT / "dbt_project/seeds/expectations.csv").open(encoding="utf-8", newline=""))
}
# Expectations of which nobody in the region has evidence, and why. One that is answered leaves this list.
WITHOUT_EVIDENCE = {
    "no edition of the region had been frozen when the marts were built": "E115",
}


@pytest.fixture(scope="module")
def evidence(loaded_region):
    return _asked("select * from marts.mart_evidence where quarter_id = %s", QUARTER)


def _asked(query: str, *values: str) -> list[dict]:
    with connect("analyst") as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_the_region_has_a_row_for_each_of_the_118(evidence):
    assert len(EXPECTATIONS) == 118
    assert {row["expectation_id"] for row in evidence if row["level"] == "region"} == set(EXPECTATIONS)


def test_each_is_asked_of_those_it_is_meant_for(evidence):
    asked = defaultdict(set)
    for row in evidence:
        if row["level"] == "organisation":
            asked[row["expectation_id"]].add(row["organisation_code"])
    assert {one: asked[one] for one in EXPECTATIONS} == {
        one: ASKED[row["asked_of"]] for one, row in EXPECTATIONS.items()
    }


def test_whatever_is_not_answered_by_anybody_is_listed_with_its_reason(evidence):
    answered = {row["expectation_id"] for row in evidence if row["evidence_basis"] != "none"}
    assert set(EXPECTATIONS) - answered == set(" ".join(WITHOUT_EVIDENCE.values()).split())


def test_nobody_meets_or_misses_what_nobody_agreed(evidence):
    """No body and no network owns a threshold that judges and that the region's measures are held against: the project
    only suggests some. Somebody's own one being met and missed is held by tests/dbt/test_every_status.py."""
    judged = [row for row in evidence if row["status"] in ("met", "not_met")]
    assert judged == []


def test_a_result_leads_to_the_files_it_rests_on(evidence):
    files = _asked(
        "select distinct measure_code, organisation_code from marts.mart_evidence_files where quarter_id = %s", QUARTER
    )
    found = {(row["measure_code"], row["organisation_code"]) for row in files}
    rests = {
        (row["measure_code"], row["organisation_code"])
        for row in evidence
        if row["level"] == "organisation" and row["evidence_basis"] != "none" and row["numerator"] is not None
    }
    assert len(rests) > 20
    assert rests - found == set()
