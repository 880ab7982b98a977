"""The other standard, NHS England's Making Data Count SQL 2.5, says in our SQL what a plain reading of its rules says.

The reading below knows nothing of the SQL: it looks through every window of points in turn, with exact fractions. It
was written from what the standard says of its steps (nhsengland/MHSDS on GitHub); no code of it is here.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.test_spc import POINTS
from warehouse import spc

SIDES = ("concern", "improvement")
STEADY = [4, 6, 5, 7, 4, 6, 5, 4, 6, 5, 7, 4, 6, 5, 7]
LEAST_OF_SERIES = 15
# Of so short a part the standard only warns; to give no verdict there is this project's own rule.
LEAST_OF_GROUP = 12


class Chart(NamedTuple):
    """A series as it is given: values (None is missing), places where a group begins, and how it is judged."""

    values: tuple
    begins: frozenset = frozenset()
    direction: str = "neutral"
    target: float | None = None
    screens: bool | None = None


class Read(NamedTuple):
    """What the reading says of one point; limits are None where there is no range."""

    mean: Fraction | None
    lower: Fraction | None
    upper: Fraction | None
    rules: frozenset
    point_type: str | None
    is_short: bool


@pytest.fixture
def postgres(scratch):
    """A connection whose work is undone after each test."""
    yield scratch
    scratch.rollback()


def _exact(value) -> Fraction:
    return Fraction(str(value))


def _mean(values) -> Fraction | None:
    return sum(values, Fraction()) / len(values) if values else None


def _windows(rows: list, length: int):
    return (rows[start : start + length] for start in range(len(rows) - length + 1))


def read(chart: Chart, conflict: str) -> list[Read]:
    """Judge a series by the standard: one `Read` for each of its values."""
    values = [None if value is None else _exact(value) for value in chart.values]
    groups: list[list[int]] = [[]]
    for place in range(len(values)):
        if place in chart.begins and place:
            groups.append([])
        groups[-1].append(place)
    told: dict[int, set[str]] = {place: set() for place in range(len(values))}
    lines: dict[int, tuple] = {}

    for group in groups:
        there = [place for place in group if values[place] is not None]
        ranges = {
            later: abs(values[later] - values[earlier])
            for earlier, later in pairwise(group)
            if values[earlier] is not None and values[later] is not None
        }
        average, mean = _mean(list(ranges.values())), _mean([values[place] for place in there])
        if chart.screens and ranges:
            outlying = {place for place, one in ranges.items() if one > _exact("3.267") * average}
            average = _mean([one for place, one in ranges.items() if place not in outlying])
            mean = _mean([values[place] for place in there if place not in outlying])
        reach = None if average is None else _exact("2.66") * average
        lower, upper = (None, None) if reach is None else (mean - reach, mean + reach)
        lines |= dict.fromkeys(group, (mean, lower, upper, len(there) < LEAST_OF_GROUP))

        near = set()
        for place in there if reach is not None else ():
            away = abs(values[place] - mean)
            if away > reach:
                told[place].add("Above UCL" if values[place] > mean else "Below LCL")
            elif away > reach * 2 / 3:
                near.add(place)
        for side, shift, pair in (
            (1, "7 Points Above CL", "2 in 3 Above CL"),
            (-1, "7 Points Below CL", "2 in 3 Below CL"),
        ):
            beyond = {place for place in there if (values[place] - mean) * side > 0}
            for seven in _windows(group, 7):
                if beyond.issuperset(seven):
                    for place in seven:
                        told[place].add(shift)
            for three in _windows(group, 3):
                if beyond.issuperset(three) and len(near.intersection(three)) >= 2:
                    for place in near.intersection(three):
                        told[place].add(pair)

    # A trend is the one pattern that a recalculation of the limits does not end.
    for seven in _windows(list(range(len(values))), 7):
        if all(values[place] is not None for place in seven):
            steps = {
                (later > earlier) - (later < earlier) for earlier, later in pairwise(values[place] for place in seven)
            }
            for place in seven if steps in ({1}, {-1}) else ():
                told[place].add("7 Point Trend (Increasing)" if steps == {1} else "7 Point Trend (Decreasing)")

    few = sum(value is not None for value in values) < LEAST_OF_SERIES
    return [
        Read(*lines[place][:3], frozenset(told[place]), _called(told[place], chart, conflict), few or lines[place][3])
        if values[place] is not None
        else Read(*lines[place][:3], frozenset(), None, few or lines[place][3])
        for place in range(len(values))
    ]


def _called(rules: set[str], chart: Chart, conflict: str) -> str:
    is_high = any("Above" in rule or "Increasing" in rule for rule in rules)
    is_low = any("Below" in rule or "Decreasing" in rule for rule in rules)
    if not rules:
        return "common_cause"
    if chart.direction == "neutral":
        return "special_cause_neutral_high" if is_high else "special_cause_neutral_low"
    if is_high and is_low:
        return f"special_cause_{conflict}"
    return f"special_cause_{'improvement' if is_high == (chart.direction == 'increase') else 'concern'}"


def assured(chart: Chart, last: Read) -> str | None:
    """The assurance icon: limits against the target, and a limit on the target is enough."""
    if chart.target is None or chart.direction == "neutral" or last.lower is None:
        return None
    target = _exact(chart.target)
    is_above, is_below = target >= last.upper, target <= last.lower
    passes, fails = (is_below, is_above) if chart.direction == "increase" else (is_above, is_below)
    return "consistent_pass" if passes else "consistent_fail" if fails else "inconsistent"


def _given(charts: list[Chart]) -> tuple[list[spc.Point], list[spc.Options]]:
    points = [
        spc.Point(f"s{number}", idx, f"month {idx}", value, int(idx in chart.begins))
        for number, chart in enumerate(charts)
        for idx, value in enumerate(chart.values)
    ]
    options = [
        spc.Options(f"s{number}", chart.direction, chart.target, chart.screens) for number, chart in enumerate(charts)
    ]
    return points, options


def _close(found: float | None, expected: Fraction | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


def _told(row: dict) -> frozenset:
    return frozenset((row["special_cause_type"] or "").split("; ")) - {"", "Common Cause"}


def _compare(connection, charts: list[Chart], conflict: str) -> None:
    rules = f"making_data_count_{conflict}"
    points, options = _given(charts)
    rows = iter(spc.compute(connection, points, options, rules))
    icons = {row["series_id"]: row for row in spc.summarise(connection, points, options, rules)}
    for number, chart in enumerate(charts):
        expected = read(chart, conflict)
        for want in expected:
            row = next(rows)
            assert _close(row["mean"], want.mean), (chart, row, want)
            assert _close(row["lpl"], want.lower), (chart, row, want)
            assert _close(row["upl"], want.upper), (chart, row, want)
            assert _told(row) == want.rules, (chart, row, want)
            assert row["point_type"] == want.point_type, (chart, row, want)
            assert row["short_group_warning"] == want.is_short, (chart, row, want)
        if not chart.values:
            assert f"s{number}" not in icons
            continue
        there = [one for one in expected if one.point_type]
        icon = icons[f"s{number}"]
        assert icon["variation_icon"] == (there[-1].point_type if there else None), (chart, icon)
        assert icon["is_short"] == (there[-1].is_short if there else True)
        assert icon["assurance_icon"] == (assured(chart, there[-1]) if there else None), (chart, icon)
        assert icon["rule_set"] == f"NHS England Making Data Count SQL 2.5, conflicts shown as {conflict}"
    assert next(rows, None) is None


# Against the reading.


def _oracle(screens: bool | None) -> list[Chart]:
    series = spc.read_series(POINTS)
    by_series: dict[str, list[spc.Point]] = {}
    for point in series.points:
        by_series.setdefault(point.series_id, []).append(point)
    options = {row.series_id: row for row in series.options}
    return [
        Chart(
            tuple(point.y for point in points),
            frozenset(place for place, point in enumerate(points) if point.rebase_here),
            options[name].improvement_direction,
            options[name].target,
            screens,
        )
        for name, points in by_series.items()
    ]


@pytest.mark.parametrize("screens", [None, False, True])
@pytest.mark.parametrize("conflict", SIDES)
def test_the_series_of_the_oracle_are_judged_as_the_standard_reads(postgres, conflict, screens):
    charts = _oracle(screens)

    assert len(charts) == 92
    _compare(postgres, charts, conflict)


VALUES = st.one_of(
    # Few different ones, so that ties, and points on the mean, are common; and now and then an outlier or a gap.
    st.lists(st.sampled_from([3, 4, 5, 5, 6, 7, None, 40]), max_size=40),
    st.lists(st.integers(-50, 50).map(lambda number: number / 4), max_size=40),
    st.tuples(st.integers(0, 9), st.integers(0, 30)).map(lambda pair: [pair[0]] * pair[1]),
    # Runs that rise and fall.
    st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.integers(1, 9)), max_size=6).map(
        lambda runs: [step * place for step, length in runs for place in range(length)]
    ),
)
CHARTS = st.builds(
    Chart,
    values=VALUES.map(tuple),
    begins=st.frozensets(st.integers(1, 30), max_size=2),
    direction=st.sampled_from(spc.DIRECTIONS),
    target=st.one_of(st.none(), st.integers(-10, 10).map(float)),
    screens=st.sampled_from([None, False, True]),
)


def _is_told_apart(chart: Chart) -> bool:
    """True unless the last bit of a float decides on which side of a line a value lies; on the mean is no such case."""
    for conflict in SIDES:
        for value, one in zip(chart.values, read(chart, conflict), strict=True):
            if value is None or one.lower is None or one.lower == one.upper:
                continue
            away, reach = abs(_exact(value) - one.mean), one.upper - one.mean
            if any(abs(away - line) < Fraction(1, 10**9) for line in (reach, reach * 2 / 3)):
                return False
            if 0 < away < Fraction(1, 10**9):
                return False
            if chart.target is not None and abs(abs(_exact(chart.target) - one.mean) - reach) < Fraction(1, 10**9):
                return False
    return True


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(charts=st.lists(CHARTS.filter(_is_told_apart), min_size=8, max_size=16), conflict=st.sampled_from(SIDES))
@example(charts=[Chart((5,) * 15, direction="increase", target=5.0, screens=True)], conflict="concern")
@example(charts=[Chart((5,) * 15, direction="decrease", target=5.0)], conflict="improvement")
@example(charts=[Chart((None,) * 20), Chart(()), Chart((1,))], conflict="concern")
def test_series_made_up_at_random_are_judged_as_the_standard_reads(scratch, charts, conflict):
    try:
        _compare(scratch, charts, conflict)
    finally:
        scratch.rollback()


# Rule by rule.


def _judge(connection, values, rules, begins=(), **options):
    points, _ = _given([Chart(tuple(values), frozenset(begins))])
    return spc.compute(connection, points, [spc.Options("s0", **options)], rules)


def _icon(connection, values, rules, **options):
    points, _ = _given([Chart(tuple(values))])
    (icon,) = spc.summarise(connection, points, [spc.Options("s0", **options)], rules)
    return icon


# Seven rise below the mean that the later points set, within the wide limits that they set too.
CLIMB = [*range(10, 17), *[40, 12] * 6]


@pytest.mark.parametrize(("direction", "trend"), [("increase", "improvement"), ("decrease", "concern")])
def test_a_trend_to_the_better_on_the_worse_side_is_called_what_the_conflict_rule_says(postgres, direction, trend):
    found = {rules: _judge(postgres, CLIMB, rules, improvement_direction=direction)[3] for rules in spc.rule_sets()}

    assert {name: row["point_type"] for name, row in found.items()} == {
        "nhsrplotthedots": f"special_cause_{trend}",
        "making_data_count_concern": "special_cause_concern",
        "making_data_count_improvement": "special_cause_improvement",
    }
    # Both rules stay told, whichever wins.
    for rules in ("making_data_count_concern", "making_data_count_improvement"):
        assert _told(found[rules]) == {"7 Point Trend (Increasing)", "7 Points Below CL"}
    assert _told(found["nhsrplotthedots"]) == {"7 Point Trend (Increasing)"}


def test_where_no_direction_is_better_high_is_shown_before_low(postgres):
    for rules in spc.rule_sets()[1:]:
        assert _judge(postgres, CLIMB, rules)[3]["point_type"] == "special_cause_neutral_high"


def test_outliers_stay_in_unless_the_options_take_them_out_and_then_out_of_the_mean_too(postgres):
    values = [*STEADY, 60, *STEADY]
    by_default = _judge(postgres, values, "making_data_count_concern")[0]
    screened = _judge(postgres, values, "making_data_count_concern", screen_outliers=True)[0]
    package = _judge(postgres, values, "nhsrplotthedots")[0]

    assert by_default["mean"] == package["mean"] == pytest.approx(sum(values) / len(values))
    # The range into 60 and the range out of it are outlying: 60 and the 4 after it leave the mean.
    assert screened["mean"] == pytest.approx((sum(values) - 64) / (len(values) - 2))
    assert screened["upl"] - screened["mean"] == pytest.approx(package["upl"] - package["mean"])
    assert by_default["upl"] - by_default["mean"] > package["upl"] - package["mean"]


def test_a_flat_screened_series_keeps_its_limits(postgres):
    row = _judge(postgres, [5] * 15, "making_data_count_concern", screen_outliers=True)[0]

    assert (row["lpl"], row["mean"], row["upl"]) == (5, 5, 5)
    assert _judge(postgres, [5] * 15, "nhsrplotthedots")[0]["lpl"] is None


@pytest.mark.parametrize(
    ("direction", "beyond", "short_of"), [("increase", "pass", "fail"), ("decrease", "fail", "pass")]
)
def test_a_target_on_a_limit_is_beyond_it(postgres, direction, beyond, short_of):
    values = [0, 3] * 8
    row = _judge(postgres, values, "making_data_count_concern")[0]
    for rules, at_lower, at_upper in (
        ("nhsrplotthedots", "inconsistent", "inconsistent"),
        ("making_data_count_concern", f"consistent_{beyond}", f"consistent_{short_of}"),
    ):
        for target, expected in ((row["lpl"], at_lower), (row["upl"], at_upper), (row["mean"], "inconsistent")):
            icon = _icon(postgres, values, rules, improvement_direction=direction, target=target)
            assert icon["assurance_icon"] == expected


def test_a_trend_goes_on_across_a_recalculation_and_a_shift_does_not(postgres):
    values = [*STEADY, *range(8, 15), *STEADY, *STEADY]
    begins = {18}
    kinds = [_told(row) for row in _judge(postgres, values, "making_data_count_concern", begins)]
    by_package = [_told(row) for row in _judge(postgres, values, "nhsrplotthedots", begins)]

    assert all("7 Point Trend (Increasing)" in told for told in kinds[15:22])
    assert not any("7 Point Trend (Increasing)" in told for told in by_package)
    assert not any("7 Points Above CL" in told for told in kinds + by_package)


@pytest.mark.parametrize(
    ("values", "begins", "is_short"),
    [
        (STEADY[:14], (), True),
        (STEADY, (), False),
        ([*STEADY[:14], None], (), True),
        ([*STEADY, *STEADY[:11]], (15,), True),
        ([*STEADY, *STEADY[:12]], (15,), False),
    ],
)
def test_fewer_than_fifteen_points_or_twelve_since_a_recalculation_are_too_few(postgres, values, begins, is_short):
    assert _judge(postgres, values, "making_data_count_concern", begins)[-1]["short_group_warning"] is is_short


# Beside the package.


def _differences(connection, screens: bool | None) -> tuple[Counter, set[str], set[str], int]:
    """Of the oracle's series: how often which point type became which, and where a point or an icon is another one."""
    series = spc.read_series(POINTS)
    options = [row._replace(screen_outliers=screens) for row in series.options]
    sets = ("nhsrplotthedots", "making_data_count_concern")
    one, other = (spc.compute(connection, series.points, options, rules) for rules in sets)
    apart = [
        (row["series_id"], row["point_type"], twin["point_type"])
        for row, twin in zip(one, other, strict=True)
        if row["point_type"] != twin["point_type"]
    ]
    icons, others = (
        {row["series_id"]: row["variation_icon"] for row in spc.summarise(connection, series.points, options, rules)}
        for rules in sets
    )
    moved = {name for name, icon in icons.items() if others[name] != icon}
    return Counter((was, became) for _, was, became in apart), {name for name, *_ in apart}, moved, len(one)


@pytest.mark.parametrize(("screens", "least", "most"), [(False, 0.01, 0.03), (None, 0.02, 0.045)])
def test_the_two_standards_differ_on_about_two_points_in_a_hundred(postgres, screens, least, most):
    """By the same limits and each by its own: the second kind adds what screening leaves out of the limits."""
    became, series, icons, points = _differences(postgres, screens)

    assert least <= became.total() / points <= most
    assert became.most_common(1)[0][0] == ("special_cause_improvement", "special_cause_concern")
    assert 0.05 <= len(series) / 92 <= 0.25
    assert len(icons) / 92 <= 0.03


def test_rules_of_an_unknown_name_are_refused_with_the_names_there_are(postgres):
    with pytest.raises(ValueError, match="choose one of nhsrplotthedots, making_data_count_concern, making_data_count"):
        spc.compute(postgres, [], [], "nelson")
