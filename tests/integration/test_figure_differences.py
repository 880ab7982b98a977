"""What analysts are told of a figure that differs from the edition when it was no file that moved it.

The edition's frozen rows are changed in a copy of the region, as if it had been made from other definitions, senders or
figures; what files do is told in tests/truth/test_rows_move_figures.py.
"""

import datetime as dt

import pytest
from psycopg2.extras import Json, RealDictCursor

from tests.dbt_run import dbt
from tests.truth.copies import copy_of
from tests.truth.published import EDITION
from warehouse import build, connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
LATER = AS_OF + dt.timedelta(days=3)
QUARTER = "2026-27-Q1"
HELD, SHOWN_AGAIN = "sessions_held.numerator/ZW1/2026-27-Q1", "inputs_received.count/ZW1/2026-27-Q1"
MONTH = "spc/restrictive_interventions/ZW1/ZW1-S-01/2026-03/value"
LIMIT, WAITING = MONTH.replace("/value", "/mean"), "inputs_waiting.count/ZW1/as_of"
GONE, CLOSED = "inputs_received.count/ZW9/2026-27-Q1", "ZW9"


def ask(query: str, *values) -> list[dict]:
    with connection.connect("admin") as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        found = cursor.fetchall() if cursor.description else []
        opened.commit()
        return found


def differences(as_of: dt.datetime = AS_OF) -> dict[str, dict]:
    """Make the mart anew on the copy and read it."""
    with connection.connect("transformer") as opened:
        built = build.latest(opened)
    models = ("mart_compared_editions", "mart_figure_differences", "pub_restatements_now")
    dbt("run", "--select", *models, as_of=as_of, accepted_through=built["accepted_through"])
    return {row["figure_id"]: row for row in ask("select * from marts.mart_figure_differences")}


def restatements() -> dict[str, dict]:
    """What the next edition would print as restated, of the differences made last."""
    return {row["figure_id"]: row for row in ask("select * from published.pub_restatements_now")}


def change(relation: str, where: dict, **to: object) -> None:
    """Write the edition's rows as if they had been frozen so."""
    changed = ask(
        "update audit.edition_rows set row = row || %s where edition_id = %s and relation = %s and row @> %s"
        " returning row_number",
        Json(to), EDITION, relation, Json(where),
    )  # fmt: skip
    assert changed, (relation, where)


def add(relation: str, like: dict, **to: object) -> None:
    ask(
        "insert into audit.edition_rows (edition_id, relation, row_number, row)"
        " select edition_id, relation, 1000000, row || %s from audit.edition_rows"
        " where edition_id = %s and relation = %s and row @> %s",
        Json(to), EDITION, relation, Json(like),
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(loaded_region):
    """(differences while nothing changed, after the changes, three days later with other code)."""
    with copy_of(loaded_region):
        nothing = differences()
        change("pub_figures", {"figure_id": HELD}, value=1)
        change("pub_measures", {"measure_code": "sessions_held"}, denominator="sessions that somebody remembered")
        change("pub_figures", {"figure_id": SHOWN_AGAIN}, value=None, value_state="suppressed")
        add("pub_figures", {"figure_id": SHOWN_AGAIN}, figure_id=GONE, organisation_code=CLOSED)
        add("pub_organisations", {"organisation_code": "ZW1"}, organisation_code=CLOSED)
        ask(
            "delete from audit.edition_rows where edition_id = %s and row @> %s",
            EDITION, Json({"organisation_code": "ZW5"}),
        )  # fmt: skip
        change("pub_figures", {"figure_id": MONTH}, value=777)
        change("pub_figures", {"figure_id": LIMIT}, value=777)
        change("pub_figures", {"figure_id": WAITING}, value=777)
        changed = differences()
        restated = restatements()
        ask("update audit.editions set quarter_id = '2025-26-Q4' where edition_id = %s", EDITION)
        earlier, restated_of_earlier = differences(), restatements()
        ask("update audit.editions set state = 'draft' where edition_id = %s", EDITION)
        of_a_draft = differences()
        ask(
            "update audit.editions set state = 'published', quarter_id = %s where edition_id = %s",
            QUARTER, EDITION,
        )  # fmt: skip
        ask("update audit.editions set code_version = 'another' where edition_id = %s", EDITION)
        later = differences(LATER)
        ask("update audit.editions set state = 'withdrawn' where edition_id = %s", EDITION)
        yield nothing, changed, later, differences(), (restated, earlier, restated_of_earlier, of_a_draft)


def test_where_nothing_changed_there_is_no_row(told):
    assert told[0] == {}


def test_an_edition_that_was_withdrawn_is_compared_with_nothing(told):
    assert told[3] == {}


def test_a_changed_definition_explains_what_is_counted_by_it(told):
    row = told[1][HELD]
    assert (row["reason_codes"], row["difference_kind"], row["value_then"]) == (
        ["changed_definition"], "other_value", 1,
    )  # fmt: skip
    assert row["value_difference"] == row["value_now"] - 1


def test_a_figure_that_is_printed_again_is_told_as_that(told):
    row = told[1][SHOWN_AGAIN]
    assert (row["difference_kind"], row["value_then"], row["value_state_then"]) == (
        "no_longer_suppressed", None, "suppressed",
    )  # fmt: skip
    assert row["value_now"] > 0
    # Nothing is known to have happened, and nothing is made up.
    assert (row["reason_code"], row["load_ids"], row["file_names"]) == ("cannot_tell", [], [])


def test_figures_of_an_organisation_that_left_are_gone_and_those_of_one_that_joined_are_new(told):
    gone = told[1][GONE]
    assert (gone["difference_kind"], gone["reason_codes"]) == ("gone", ["organisation_left"])
    assert (gone["value_now"], gone["value_state_now"]) == (None, None)
    new = [row for row in told[1].values() if row["organisation_code"] == "ZW5"]
    assert len(new) > 10
    assert {(row["difference_kind"], row["reason_code"]) for row in new} == {("new", "organisation_joined")}


def test_what_is_restated_is_figures_of_a_quarter_or_a_month_and_says_what_was_and_why(told):
    restated = told[4][0]
    row = restated[HELD]
    assert (row["printed_in_edition_id"], row["value_before"], row["value_today"]) == (
        EDITION, 1, told[1][HELD]["value_now"],
    )  # fmt: skip
    assert row["plain_name"] == "Planned sessions that were held"
    assert row["organisation_name"].startswith("Wenland Mental Health")
    assert row["reason_words"] == "the measure is now defined otherwise"
    assert (restated[MONTH]["value_before"], restated[MONTH]["reason_words"]) == (777, "it is not known why")
    assert (restated[SHOWN_AGAIN]["value_before"], restated[SHOWN_AGAIN]["value_state_before"]) == (None, "suppressed")
    assert (restated[GONE]["value_today"], restated[GONE]["value_state_today"]) == (None, None)
    # A day's standing is another on every day, and limits are drawn anew with every month.
    assert {WAITING, LIMIT} <= set(told[1])
    assert not {WAITING, LIMIT} & set(restated)
    # What was not printed then is new, and nothing was restated.
    assert not [row for row in restated.values() if row["organisation_code"] == "ZW5"]


def test_of_an_earlier_quarter_the_months_that_both_draw_are_compared(told):
    _, earlier, restated, of_a_draft = told[4]
    assert set(earlier) == set(restated) == {MONTH}
    assert restated[MONTH]["value_before"] == 777
    assert of_a_draft == {}


def test_another_day_and_other_code_are_told_after_what_is_nearer(told):
    assert told[2][HELD]["reason_codes"] == ["changed_definition", "time_passed", "changed_code"]
    assert told[2][SHOWN_AGAIN]["reason_code"] == "time_passed"


def test_every_printed_figure_has_its_source_records_named(loaded_region):
    """A figure whose records nobody named could never be explained by a file."""
    unnamed = ask(
        "select distinct measure_code from published.pub_figures_now where section <> 'quality'"
        " and measure_code not in (select measure_code from intermediate.measures)"
        " and measure_code not in (select figure_code from intermediate.figure_sources)"
    )
    assert unnamed == []
