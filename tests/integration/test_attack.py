"""Attack everything published of people in the made-up region at once: charts, quarters, effects, editions, row counts.

What is printed is read from `published` as anybody may; the marts say which sums hold, what is true, and so whether the
attack came off. The attacker is told more than any reader: which hidden counts are hidden for their own sake.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from psycopg2.extras import RealDictCursor

from tests.attack import Attack, Rules, open_values
from tests.dbt_run import compiled
from tests.truth.published import EDITION, published
from warehouse import connection

UNDER_FIVE, SEVEN_AND_UNDER = Rules(5, 5), Rules(8, 5)
OPEN_VALUES = 3
SIDES = ("numerator", "denominator")
Row = dict[str, Any]
Cell = tuple


def ask(query: str, role: str = "analyst") -> list[Row]:
    with connection.connect(role) as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


class Measure:
    """The true counts of one measure and side, and of which of them each larger one is the sum."""

    def __init__(self, code: str, side: str, counted: Iterable[Row]) -> None:
        self.code, self.side = code, side
        self.true: dict[Cell, int] = {}
        self.levels: dict[Cell, str] = {}
        for row in counted:
            cell = (row["organisation_code"], row["service_id"], row["period_kind"], row["period_start_on"])
            self.true[cell] = row[side]
            self.levels[cell] = row["level"]

    def parts(self, cell: Cell) -> list[Cell]:
        """The cells directly below that add up to this one; none where nothing does."""
        organisation, service, kind, start = cell
        months = [add_months(start, number) for number in range(3)] if kind == "quarter" else []
        for below in (
            [(organisation, service, "month", month) for month in months],
            [] if service else [
                other for other in self.true
                if other[2:] == cell[2:] and other != cell
                and (other[1] is None if organisation == "ALL" else other[0] == organisation)
            ],
        ):  # fmt: skip
            found = [part for part in below if part in self.true]
            if found and sum(self.true[part] for part in found) == self.true[cell]:
                return found
        return []

    def leaves(self, cell: Cell) -> list[Cell]:
        parts = self.parts(cell)
        return [leaf for part in parts for leaf in self.leaves(part)] if parts else [cell]


def add_months(day: dt.date, number: int) -> dt.date:
    years, month = divmod(day.month - 1 + number, 12)
    return dt.date(day.year + years, month + 1, 1)


class Region:
    """What is printed and what is true of every measure of people."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.measures = {
            row["measure_code"]: row for row in ask("select * from published.pub_measures_now", "reporter")
        }
        classes = {row["measure_code"]: row["denominator_class"] for row in ask("select * from marts.mart_figures")}
        counted = defaultdict(list)
        for row in ask("select * from marts.fct_measures where numerator is not null and denominator is not null"):
            counted[row["measure_code"]].append(row)
        self.true = {
            (code, side): Measure(code, side, counted[code])
            for code, measure in self.measures.items()
            for side in SIDES
            if measure["disclosure_class"] == "people" and (side == "numerator" or classes[code] == "people")
        }
        self.effects = ask(
            "select * from marts.mart_change_effects where verdict in ('improved', 'worsened', 'no_signal')"
            " and left_out_points = 0"
        )

    def codes(self) -> list[str]:
        return sorted({code for code, _ in self.true})

    def attack(self, code: str, figures: Iterable[Row]) -> tuple[Attack, dict[str, list[Cell]]]:
        """Gather all that is printed of a measure; return it with what is hidden: name -> the cells of its sum."""
        made, hidden = Attack(), {}
        mine = [figure for figure in figures if figure["measure_code"] == code]
        sides = [side for side in SIDES if (code, side) in self.true]
        for figure in mine:
            for side in sides:
                true = self.true[code, side]
                cell = self.cell(figure)
                if cell not in true.true or (figure["statistic"] != side and not is_point(figure)):
                    continue
                cells = [(side, leaf) for leaf in true.leaves(cell)]
                if is_point(figure):
                    # Whoever knows the bed days or answers reads the rounded count back out of the point.
                    if figure["value"] is not None:
                        made.saw(cells, *self.rules.behind(self.rules.rounded(true.true[cell])))
                elif figure["value"] is not None:
                    assert figure["value"] == self.rules.rounded(true.true[cell])
                    made.saw(cells, *self.rules.behind(figure["value"]))
                elif figure["value_state"] == "suppressed":
                    made.saw(cells, *self.rules.behind_hidden(true.true[cell]))
                    hidden[f"{side} of {figure['figure_id']}"] = cells
        self.see_effects(code, made, {figure["figure_id"] for figure in mine if figure["value"] is not None})
        if len(sides) == 2:
            for side, leaf in [place for place in made.places if place[0] == "numerator"]:
                made.is_part((side, leaf), ("denominator", leaf))
        return made, hidden

    def see_effects(self, code: str, made: Attack, printed: set[str]) -> None:
        """From the printed ratio and its interval the two rounded counts can be solved for."""
        for effect in self.effects:
            name = f"effect.value/{effect['organisation_code']}/{effect['change_id']}/{code}"
            if effect["measure_code"] != code or name not in printed:
                continue
            true = self.true[code, "numerator"]
            months = sorted(
                cell for cell in true.true if cell[:3] == (effect["organisation_code"], effect["service_id"], "month")
            )
            before = [cell for cell in months if cell[3] < effect["implemented_on"].replace(day=1)][-24:]
            after = [cell for cell in months if cell[3] > effect["implemented_on"].replace(day=1)]
            for window, counted in ((before, effect["baseline_numerator"]), (after, effect["after_numerator"])):
                if sum(true.true[cell] for cell in window) == counted:
                    leaves = [("numerator", leaf) for cell in window for leaf in true.leaves(cell)]
                    made.saw(leaves, *self.rules.behind(self.rules.rounded(counted)))

    def cell(self, figure: Row) -> Cell:
        kind = "month" if is_point(figure) else figure["period_kind"]
        return figure["organisation_code"], figure["service_id"], kind, figure["period_start_on"]

    def found(self, figures: list[Row]) -> dict[str, float]:
        """How many values are possible of each hidden count of people."""
        found = {}
        for code in self.codes():
            made, hidden = self.attack(code, figures)
            found |= {name: open_values(made.possible(cells)) for name, cells in hidden.items()}
        return found


def is_point(figure: Row) -> bool:
    return figure["section"] == "series" and figure["statistic"] == "value"


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
    assert len(found) >= 8
    assert {name: values for name, values in found.items() if values < OPEN_VALUES} == {}


@pytest.mark.parametrize("rules", [UNDER_FIVE, SEVEN_AND_UNDER], ids=["under_five", "seven_and_under"])
def test_none_is_recovered_from_the_quarters_under_either_threshold(rules, loaded_region):
    found = Region(rules).found(disclosed(rules))
    assert len(found) >= 8
    assert {name: values for name, values in found.items() if values < OPEN_VALUES} == {}


def test_the_attack_recovers_them_where_only_small_counts_are_hidden_and_totals_are_exact(measured, figures):
    """The same figures from somebody who hides what is small, rounds nothing and hides nothing beside it."""
    exact = Region(Rules(5, 1))
    careless = []
    for figure in figures:
        true = measured.true.get((figure["measure_code"], figure["statistic"]))
        if true is None or figure["section"] == "series" or measured.cell(figure) not in true.true:
            continue
        counted = true.true[measured.cell(figure)]
        is_small = exact.rules.is_small(counted)
        careless.append(
            figure | {"value": None if is_small else counted, "value_state": "suppressed" if is_small else "counted"}
        )
    found = exact.found(careless)
    assert [name for name, values in found.items() if values == 1]


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
