"""A quarter whose data cut passed while nothing ran is drafted later by itself; the marts end with the present one."""

import datetime as dt

import pytest

from loaders import load
from report import publication
from tests.made_up_sender import AGREEMENT, MadeUpSender, provider_file
from warehouse import build, editions
from warehouse.connection import connect

FIRST_CUT = dt.datetime(2026, 4, 30, 6, 0, tzinfo=dt.UTC)
"""The cut of 2025-26-Q4 has come."""
NEXT_CUT = dt.datetime(2026, 7, 28, 6, 0, tzinfo=dt.UTC)
"""The cut of 2026-27-Q1 has come."""


def add_edition(connection, quarter: str, icb: str, state: str = "draft") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.editions (edition_id, quarter_id, icb_code, edition_number, state, data_cut_at,"
            " accepted_through, code_version) values (%s, %s, %s, 1, %s, %s, 1, 'x')",
            (f"{quarter}/{icb}/1", quarter, icb, state, FIRST_CUT),
        )


@pytest.mark.parametrize(
    ("today", "missed"),
    [
        ("2026-07-27", {}),  # the cut of the first quarter after is tomorrow
        ("2026-07-28", {"2026-27-Q1": ["AAA"]}),
        ("2027-02-10", {"2026-27-Q1": ["AAA"], "2026-27-Q2": ["AAA", "BBB"], "2026-27-Q3": ["AAA"]}),
    ],
)
def test_missed_are_quarters_after_the_first_edition_whose_cut_has_come(shared_warehouse, today, missed):
    with connect("transformer") as connection:
        add_edition(connection, "2025-26-Q4", "AAA")
        add_edition(connection, "2026-27-Q1", "BBB", "withdrawn")  # withdrawn is not missed
        add_edition(connection, "2026-27-Q3", "BBB")
        add_edition(connection, "2025-26-Q4", "GONE")  # a board that merged into another
        assert editions.missed(connection, dt.date.fromisoformat(today), ["AAA", "BBB", "NEW"]) == missed
        connection.rollback()


@pytest.mark.parametrize(
    ("missed", "spoken_for", "built"),
    [
        ([], "2026-27-Q2", []),
        (["2026-27-Q2"], "2026-27-Q2", []),  # the present quarter is due, and the marts speak for it
        (["2026-27-Q1"], "2025-26-Q4", ["2026-27-Q1", "2026-27-Q2"]),
        (["2026-27-Q1"], "2026-27-Q2", ["2026-27-Q1", "2026-27-Q2"]),
        (["2026-27-Q1", "2026-27-Q2"], "2025-26-Q4", ["2026-27-Q1", "2026-27-Q2"]),
        (["2026-27-Q1"], "2026-27-Q1", ["2026-27-Q2"]),  # a run that was killed between the two
        ([], "2026-27-Q1", []),
    ],
)
def test_marts_that_spoke_for_a_missed_quarter_end_with_the_present_one(missed, spoken_for, built):
    lacking = {quarter: ["AAA"] for quarter in missed}
    to_build = publication.quarters_to_build(lacking, spoken_for, "2026-27-Q2")
    assert list(to_build) == built
    assert all(to_build[quarter] == lacking.get(quarter, []) for quarter in built)


def test_what_was_missed_is_built_drafted_and_left_standing(warehouse_database, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_PROVIDERS", str(tmp_path))
    one = MadeUpSender("zz9", tmp_path, provider_file(agreements=[AGREEMENT]))
    one.send(
        "incidents_2026-04.csv",
        "Ref,Happened,Reported,Ward,Kind,Notes\nI1,03/04/2026,04/04/2026,W1,FALL,\n",
        dt.datetime(2026, 4, 29, tzinfo=dt.UTC),
    )
    one.load(FIRST_CUT)
    load.refresh_reference(FIRST_CUT)
    with connect("transformer") as connection, connection.cursor() as cursor:
        add_edition(connection, "2025-26-Q4", "ZZL")
        cursor.execute(
            "insert into audit.builds (accepted_through, as_of, report_quarter, code_version, state)"
            " values (%s, %s, '2025-26-Q4', 'x', 'swapped')",
            (load.accept_wave(FIRST_CUT), FIRST_CUT),
        )
    assert publication.draft_what_is_due(NEXT_CUT) == ["2026-27-Q1/ZZL/1"]
    with connect("transformer") as connection:
        assert build.latest(connection)["report_quarter"] == "2026-27-Q1"
