"""Attack what the disclosure macro prints of thousands of made-up small regions, under both thresholds in use."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from psycopg2.extras import RealDictCursor, execute_values

from tests.attack import Attack, Rules, open_values
from tests.dbt_run import compiled
from warehouse import connection

REGIONS = 70
# Fewer than five are hidden, or seven and fewer; both round to five.
SETTINGS = [Rules(5, 5), Rules(8, 5)]
OPEN_VALUES = 3
SIDES = ("numerator", "denominator")
# Small numbers are where the danger is, and larger ones stand beside them.
COUNTS = [0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 7, 7, 8, 9, 11, 12, 13, 17, 18, 22, 40]
# Whose total leaves no room: 5, 1 and 1 print 5 in a total of 5; 4 and 4 print 10; 8 and four of 1 print 10 in 10.
CORNERED = [(5, 1, 1), (4, 4), (8, 1, 1, 1, 1), (5, 1, 1, 0), (7, 7)]
Figure = dict[str, Any]


def made_up_regions() -> list[Figure]:
    """Trees of one region, its organisations and their services, with true counts; the same ones every time."""
    dice = random.Random(20261122)
    by_chance = [figure for number in range(REGIONS) for figure in _made_up_region(number, dice)]
    return by_chance + [
        figure for number, counts in enumerate(CORNERED, REGIONS) for figure in _flat_region(number, counts)
    ]


def _flat_region(number: int, counts: tuple[int, ...]) -> Iterator[Figure]:
    for place, counted in enumerate(counts):
        yield classed(False, figure_key=f"{number}/{place}", total_key=f"{number}", numerator=counted, denominator=500)
    yield classed(False, figure_key=f"{number}", total_key=None, numerator=sum(counts), denominator=500 * len(counts))


def _made_up_region(number: int, dice: random.Random) -> Iterator[Figure]:
    out_of_people = dice.random() < 0.5
    region = {"figure_key": f"{number}", "total_key": None, "numerator": 0, "denominator": 0}
    for organisation in range(dice.randint(1, 5)):
        whole = {"figure_key": f"{number}/{organisation}", "total_key": region["figure_key"]}
        whole |= {"numerator": 0, "denominator": 0}
        services = dice.choice([0, 0, 2, 3, 5])
        for service in range(services or 1):
            counted = dice.choice(COUNTS)
            out_of = counted + dice.choice(COUNTS) if out_of_people else 500
            if services:
                key = f"{whole['figure_key']}/{service}"
                yield classed(
                    out_of_people, figure_key=key, total_key=whole["figure_key"], numerator=counted, denominator=out_of
                )
            for total in (whole, region):
                total["numerator"] += counted
                total["denominator"] += out_of
        yield classed(out_of_people, **whole)
    yield classed(out_of_people, **region)


def classed(out_of_people: bool, **figure: Any) -> Figure:
    return figure | {"disclosure_class": "people", "denominator_class": "people" if out_of_people else "things"}


@pytest.fixture(scope="module")
def opened(shared_warehouse) -> Iterator[Any]:
    with connection.connect("transformer") as opened:
        yield opened


@pytest.fixture(scope="module")
def figures(opened) -> list[Figure]:
    """The regions as the macro finds them: in a table."""
    made = made_up_regions()
    with opened.cursor() as cursor:
        cursor.execute(
            "create temporary table made_up_figures (figure_key text, total_key text, numerator bigint,"
            " denominator bigint, disclosure_class text, denominator_class text, scale int default 1,"
            " minimum_denominator int default 0, given_value double precision)"
        )
        columns = list(made[0])
        execute_values(
            cursor,
            f"insert into made_up_figures ({', '.join(columns)}) values %s",
            [[figure[column] for column in columns] for figure in made],
        )
    return made


@pytest.fixture(scope="module")
def disclosed(opened, figures) -> Callable[..., list[Figure]]:
    """Call with settings to have the macro's rows."""

    @cache
    def disclose(rules: Rules, least_open: int = OPEN_VALUES) -> list[Figure]:
        query = compiled(
            '{{ disclose("made_up_figures") }}',
            suppress_below=rules.suppress_below, round_to=rules.round_to, open_values=least_open,
        )  # fmt: skip
        with opened.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return disclose


def hidden_only_for_their_own_sake(figures: list[Figure], rules: Rules) -> list[Figure]:
    """The same figures printed by somebody who rounds and hides small counts and thinks no further."""
    printed = []
    for figure in figures:
        people = {side: figure[f"{'disclosure' if side == 'numerator' else side}_class"] == "people" for side in SIDES}
        is_hidden = any(people[side] and rules.is_small(figure[side]) for side in SIDES)
        shown = {
            f"shown_{side}": figure[side] if not people[side] else None if is_hidden else rules.rounded(figure[side])
            for side in SIDES
        }
        printed.append(figure | shown)
    return printed


def attacks(rows: list[Figure], rules: Rules) -> Iterator[tuple[str, float]]:
    """Each hidden count as (its name, how many values are possible), for the attacker who knows every rule."""
    regions = defaultdict(list)
    for row in rows:
        regions[row["figure_key"].partition("/")[0]].append(row)
    for mine in regions.values():
        totals = {row["total_key"] for row in mine}
        leaves = [row["figure_key"] for row in mine if row["figure_key"] not in totals]
        below = {
            row["figure_key"]: [leaf for leaf in leaves if f"{leaf}/".startswith(f"{row['figure_key']}/")]
            for row in mine
        }
        made = Attack()
        for leaf in leaves:
            made.is_part((leaf, "numerator"), (leaf, "denominator"))
        hidden = []
        for row in mine:
            for side in SIDES:
                cells = [(leaf, side) for leaf in below[row["figure_key"]]]
                shown = row[f"shown_{side}"]
                if side == "denominator" and row["denominator_class"] == "things":
                    made.saw(cells, shown, shown)
                elif shown is None:
                    made.saw(cells, *rules.behind_hidden(row[side]))
                    hidden.append((f"{side} of {row['figure_key']}", cells))
                else:
                    made.saw(cells, *rules.behind(shown))
        for name, cells in hidden:
            yield name, open_values(made.possible(cells))


@pytest.mark.parametrize("rules", SETTINGS, ids=["under_five", "seven_and_under"])
def test_no_hidden_count_of_any_region_is_recovered(disclosed, rules):
    found = dict(attacks(disclosed(rules), rules))
    assert len(found) > 150
    recovered = sorted(name for name, values in found.items() if values <= 1)
    narrow = sorted(name for name, values in found.items() if values < OPEN_VALUES)
    assert (recovered, narrow) == ([], [])


@pytest.mark.parametrize("rules", SETTINGS, ids=["under_five", "seven_and_under"])
def test_the_attack_recovers_counts_where_nothing_is_hidden_for_another_s_sake(figures, rules):
    found = dict(attacks(hidden_only_for_their_own_sake(figures, rules), rules))
    assert [name for name, values in found.items() if values <= 1]


def test_the_attack_recovers_counts_where_nobody_looks_at_the_room_between_two_hidden_ones(disclosed):
    """Two hidden parts shelter each other, most of the time: without the last look some are cornered."""
    found = dict(attacks(disclosed(SETTINGS[0], least_open=0), SETTINGS[0]))
    assert [name for name, values in found.items() if values <= 1]


@pytest.mark.parametrize("rules", SETTINGS, ids=["under_five", "seven_and_under"])
def test_what_is_safe_is_still_printed(disclosed, rules):
    """Hiding everything would stand every attack; most organisations large enough are printed, and so are regions."""
    rows = disclosed(rules)
    organisations = [row for row in rows if row["figure_key"].count("/") == 1 and row["numerator"] >= 20]
    printed = [row for row in organisations if row["shown_numerator"] is not None]
    assert len(printed) > 0.6 * len(organisations)
    regions = [row for row in rows if row["total_key"] is None]
    assert len([row for row in regions if row["shown_numerator"] is not None]) > 0.3 * len(regions)


@pytest.mark.parametrize("rules", SETTINGS, ids=["under_five", "seven_and_under"])
@pytest.mark.parametrize("statistic", ["share", "rate_per_100"])
def test_the_true_value_lies_within_what_the_printed_counts_can_have_been(opened, rules, statistic):
    """Every numerator of every denominator up to sixty, as printed: what is met on all of it is met in truth."""
    bounds = compiled(
        "select {{ value_behind('least') }} as least, {{ value_behind('most') }} as most, * from printed",
        suppress_below=rules.suppress_below, round_to=rules.round_to,
    )  # fmt: skip
    scale = 1 if statistic == "share" else 100
    made = [
        (counted, of, rules.rounded(counted), rules.rounded(of), scale, statistic, "people", "people")
        for of in range(rules.suppress_below, 61)
        for counted in range(of + 1)
        if not rules.is_small(counted)
    ]
    with opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "create temporary table printed (counted int, of int, shown_numerator float8, shown_denominator float8,"
            " scale int, statistic text, disclosure_class text, denominator_class text)"
        )
        execute_values(cursor, "insert into printed values %s", made)
        cursor.execute(bounds)
        found = cursor.fetchall()
        cursor.execute("drop table printed")
    assert len(found) == len(made)
    outside = [row for row in found if not row["least"] <= row["counted"] * scale / row["of"] <= row["most"]]
    assert outside == []
    # Nobody can say of a rounded count that it was all of them, and a nought is a nought.
    assert [row for row in found if row["least"] >= scale] == []
    assert {row["most"] for row in found if not row["counted"]} == {0}
