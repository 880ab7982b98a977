"""Gather what is published of people in a built region as an attacker would, beside what is true.

The marts say which sums hold, what is true, and so whether the attack came off. The attacker is told more than any
reader: which hidden counts are hidden for their own sake, and which counts stayed as they were from one edition to the
next.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from psycopg2.extras import RealDictCursor

from tests.attack import Attack, Rules, open_values
from warehouse import connection

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

    def __init__(self, rules: Rules, name: str = "") -> None:
        self.rules, self.name = rules, name
        self.other: Region | None = None
        self.measures = {
            row["measure_code"]: row for row in ask("select * from published.pub_measures_now", "reporter")
        }
        classes = {row["measure_code"]: row for row in ask("select * from marts.mart_figures")}
        counted = defaultdict(list)
        for row in ask("select * from marts.fct_measures where numerator is not null and denominator is not null"):
            counted[row["measure_code"]].append(row)
        self.true = {
            (code, side): Measure(code, side, counted[code])
            for code in self.measures
            for side, column in zip(SIDES, ("disclosure_class", "denominator_class"), strict=True)
            # What the report prints no figure of is nothing to attack.
            if code in classes and classes[code][column] == "people"
        }
        self.effects = ask(
            "select * from marts.mart_change_effects where verdict in ('improved', 'worsened', 'no_signal')"
            " and left_out_points = 0"
        )

    def codes(self) -> list[str]:
        return sorted({code for code, _ in self.true})

    def gather(self, made: Attack, code: str, figures: Iterable[Row]) -> dict[str, list[Cell]]:
        """Tell the attack all that is printed of a measure; return what is hidden: name -> the cells of its sum."""
        hidden = {}
        mine = [figure for figure in figures if figure["measure_code"] == code]
        sides = [side for side in SIDES if (code, side) in self.true]
        for figure in mine:
            for side in sides:
                true = self.true[code, side]
                cell = self.cell(figure)
                if cell not in true.true or (figure["statistic"] != side and not is_point(figure)):
                    continue
                cells = self.unknowns(code, side, cell)
                if is_point(figure):
                    # Whoever knows the bed days or answers reads the rounded count back out of the point.
                    if figure["value"] is not None:
                        made.saw(cells, *self.rules.behind(self.rules.rounded(true.true[cell])))
                elif figure["value"] is not None:
                    assert figure["value"] == self.rules.rounded(true.true[cell])
                    made.saw(cells, *self.rules.behind(figure["value"]))
                elif figure["value_state"] == "suppressed":
                    made.saw(cells, *self.rules.behind_hidden(true.true[cell]))
                    hidden[f"{side} of {figure['figure_id']} {self.name}"] = cells
        self.see_effects(code, made, {figure["figure_id"] for figure in mine if figure["value"] is not None})
        if len(sides) == 2 and self.measures[code]["unit"] == "share of 1":
            for leaf in {leaf for side, leaf, _ in made.places if side == "numerator"}:
                parts = [self.unknowns(code, side, leaf) for side in SIDES if leaf in self.true[code, side].true]
                if [len(part) for part in parts] == [1, 1]:
                    made.is_part(parts[0][0], parts[1][0])
        return hidden

    def unknowns(self, code: str, side: str, cell: Cell) -> list[Cell]:
        """The counts that this one is the sum of; one that is the same in another edition is the same unknown."""
        mine = self.true[code, side]
        theirs = self.other.true[code, side].true if self.other else mine.true
        return [(side, leaf, "" if theirs.get(leaf) == mine.true[leaf] else self.name) for leaf in mine.leaves(cell)]

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
            after = [cell for cell in months if cell[3] >= effect["implemented_on"]]
            for window, counted in ((before, effect["baseline_numerator"]), (after, effect["after_numerator"])):
                if sum(true.true[cell] for cell in window) == counted:
                    leaves = [leaf for cell in window for leaf in self.unknowns(code, "numerator", cell)]
                    made.saw(leaves, *self.rules.behind(self.rules.rounded(counted)))

    def cell(self, figure: Row) -> Cell:
        kind = "month" if is_point(figure) else figure["period_kind"]
        return figure["organisation_code"], figure["service_id"], kind, figure["period_start_on"]

    def found(self, figures: list[Row]) -> dict[str, float]:
        """How many values are possible of each hidden count of people."""
        return found_in([(self, figures)])


def found_in(editions: list[tuple[Region, list[Row]]]) -> dict[str, float]:
    """How many values are possible of each hidden count for whoever lays several editions side by side."""
    found = {}
    for code in editions[0][0].codes():
        made = Attack()
        hidden = {}
        for region, figures in editions:
            hidden |= region.gather(made, code, figures)
        found |= {name: open_values(made.possible(cells)) for name, cells in hidden.items()}
    return found


def is_point(figure: Row) -> bool:
    return figure["section"] == "series" and figure["statistic"] == "value"
