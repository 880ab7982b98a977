"""Attack everything published of people in the made-up region at once: charts, quarters, effects, editions, row counts.

What is printed is read from `published` as anybody may. That an edition and a later one together give nothing away
either is told in tests/truth/test_rows_move_figures.py; that the attack can succeed,
in tests/dbt/test_disclosed_counts.py.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.attack import Attack, Rules, open_values
from tests.dbt_run import compiled
from tests.truth.attacked import SIDES, Region, Row, ask
from tests.truth.published import EDITION, published

UNDER_FIVE, SEVEN_AND_UNDER = Rules(5, 5), Rules(8, 5)
OPEN_VALUES = 3


@pytest.fixture(scope="module")
def measured(loaded_region) -> Region:
    return Region(UNDER_FIVE)


@pytest.fixture(scope="module")
def figures(loaded_region) -> list[Row]:
    """Every figure of the published edition and of today's build: an attacker keeps what was printed before."""
    with published() as report:
        frozen = report.rows("figures")
    with published("working") as report:
        return frozen + report.rows("figures")


def disclosed(rules: Rules) -> list[Row]:
    """The figures of the marts as the macro prints them under other settings, one row per side."""
    query = compiled(
        '{{ disclose("marts.mart_figures") }}', suppress_below=rules.suppress_below, round_to=rules.round_to
    )
    return [row | side for row in ask(query, "transformer") for side in sides_of(row, rules)]


def sides_of(row: Row, rules: Rules) -> list[Row]:
    return [
        {
            "figure_id": f"{side} {row['figure_key']}",
            "statistic": side,
            "value": row[f"shown_{side}"],
            "value_state": row[f"{side}_state"],
        }
        for side in SIDES
    ]


def test_no_hidden_count_of_people_is_recovered_from_all_that_is_published(measured, figures):
    found = measured.found(figures)
    assert len(found) >= 6
    assert {name: values for name, values in found.items() if values < OPEN_VALUES} == {}


@pytest.mark.parametrize("rules", [UNDER_FIVE, SEVEN_AND_UNDER], ids=["under_five", "seven_and_under"])
def test_none_is_recovered_from_the_quarters_under_either_threshold(rules, loaded_region):
    found = Region(rules).found(disclosed(rules))
    assert len(found) >= 6
    assert {name: values for name, values in found.items() if values < OPEN_VALUES} == {}


def test_a_rounded_count_in_one_edition_and_the_next_gives_no_more_than_in_one(measured, figures):
    """A figure that was printed before is printed alike while its files are the same."""
    by_edition = defaultdict(dict)
    with published() as report:
        was = {row["figure_id"]: (row["value"], row["value_state"]) for row in report.rows("figures")}
    for figure in figures:
        by_edition[figure["edition_id"]][figure["figure_id"]] = (figure["value"], figure["value_state"])
    assert set(by_edition) == {EDITION, "working"}
    assert by_edition["working"] == was


def test_rows_about_people_set_aside_are_not_recovered_from_those_read_and_accepted(loaded_region):
    """Read, accepted and set aside are told of each record, and failed of each rule: one sum with two parts."""
    with published() as report:
        printed = {
            (row["organisation_code"], row["record"], row["rule"]): row
            for row in report.rows("data_quality", disclosure_class="people")
        }
    true = {
        (row["organisation_code"], row["record"], row["rule"]): row
        for row in ask("select * from marts.mart_data_quality")
    }
    hidden = 0
    for (organisation, record, rule), row in printed.items():
        if rule != "all":
            continue
        rules = {key[2]: other for key, other in printed.items() if key[:2] == (organisation, record)}
        made = Attack()
        counts = true[organisation, record, rule]
        if counts["rows_read"] == counts["rows_accepted"] + counts["rows_set_aside"]:
            cells = {"rows_read": ["accepted", "set_aside"], "rows_accepted": ["accepted"]}
        else:
            cells = {"rows_read": ["read"], "rows_accepted": ["accepted"]}
        cells["rows_set_aside"] = ["set_aside"]
        wanted = []
        for column, terms in cells.items():
            see(made, terms, row[column], counts[column], wanted)
        for name, other in rules.items():
            if name != "all" and other["severity"] == "set_aside":
                see(made, [name], other["rows_set_aside"], true[organisation, record, name]["rows_set_aside"], wanted)
                made.is_part(name, "set_aside")
        for terms in wanted:
            hidden += 1
            assert open_values(made.possible(terms)) > 1, (organisation, record, terms)
    assert hidden >= 4


def see(made: Attack, terms: list[str], printed: int | None, counted: int, wanted: list) -> None:
    if printed is None:
        made.saw(terms, *UNDER_FIVE.behind_hidden(counted))
        wanted.append(terms)
    else:
        made.saw(terms, *UNDER_FIVE.behind(printed))
