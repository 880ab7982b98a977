"""The SPC macros say, of every point of 92 series, what NHSRplotthedots 0.2.2 says; and gaps are never zeros."""

from __future__ import annotations

import csv
import io
import math
import random
from pathlib import Path

import pytest

from warehouse import spc

ORACLE = Path(__file__).resolve().parents[1] / "data" / "spc"
POINTS = ORACLE / "spc_points_expected.csv"
RELATIVE = 1e-9

FLOATS = {"y", "mean", "lpl", "upl"}
INTEGERS = {"idx", "rebase_here", "rebase_group", "relative_to_mean"}
FLAGS = {"outside_limits", "close_to_limits", "short_group_warning"}
VERDICTS = ("outside_limits", "relative_to_mean", "close_to_limits", "special_cause_type", "point_type")
STEADY = [4, 6, 5, 7, 4, 6, 5, 4, 6, 5, 7, 4, 6]


@pytest.fixture
def postgres(scratch):
    """A connection whose work is undone after each test."""
    yield scratch
    scratch.rollback()


@pytest.fixture(scope="session")
def oracle():
    return spc.read_series(POINTS)


@pytest.fixture(scope="session")
def expected():
    with POINTS.open(encoding="utf-8", newline="") as stream:
        return [{name: _typed(name, cell) for name, cell in row.items()} for row in csv.DictReader(stream)]


def _typed(column, cell):
    if cell == "":
        return None
    if column in FLOATS:
        return float(cell)
    if column in INTEGERS:
        return int(cell)
    return cell == "TRUE" if column in FLAGS else cell


def _same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        # Limits of zero exist, and no relative tolerance reaches them.
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=1e-12)
    return type(one) is type(other) and one == other


def _differences(rows, wanted):
    """Cells that differ, as (row, column). Unequal lengths are an error, so no point escapes the comparison."""
    return [
        (number, column)
        for number, (row, want) in enumerate(zip(rows, wanted, strict=True))
        for column in spc.COLUMNS
        if not _same(row[column], want[column])
    ]


def _series(values, series_id="s"):
    return [spc.Point(series_id, idx, f"month {idx}", y) for idx, y in enumerate(values, start=1)]


def _judge(connection, values, **options):
    return spc.compute(connection, _series(values), [spc.Options("s", **options)])


def _column(rows, name):
    return [row[name] for row in rows]


# Against the oracle.


def test_every_cell_of_every_point_equals_the_oracle(postgres, oracle, expected):
    rows = spc.compute(postgres, oracle.points, oracle.options)

    assert len(rows) == 1727
    assert len({row["series_id"] for row in rows}) == 92
    assert tuple(rows[0]) == spc.COLUMNS
    assert _differences(rows, expected) == []


@pytest.mark.parametrize("column", spc.COLUMNS)
def test_the_comparison_notices_one_changed_cell_of_any_point(expected, column):
    for number in (0, 863, 1726):
        perturbed = [dict(row) for row in expected]
        value = perturbed[number][column]
        if isinstance(value, bool) or value is None:
            perturbed[number][column] = not value
        elif isinstance(value, float):
            perturbed[number][column] = value * (1 + 1e-8) if value else 1e-8
        else:
            perturbed[number][column] = value + (1 if isinstance(value, int) else "?")
        assert _differences(perturbed, expected) == [(number, column)]


def test_every_icon_equals_the_oracle(postgres, oracle):
    with (ORACLE / "spc_series.csv").open(encoding="utf-8", newline="") as stream:
        wanted = {row["series_id"]: row for row in csv.DictReader(stream)}

    icons = spc.summarise(postgres, oracle.points, oracle.options)

    assert len(icons) == 92
    for icon in icons:
        want = wanted[icon["series_id"]]
        assert icon["variation_icon"] == want["expected_variation_icon"], icon
        assert icon["assurance_icon"] == (want["expected_assurance"] or None), icon
        assert icon["n_special"] == int(want["n_special"]), icon
        assert icon["n_points"] == int(want["n"]), icon
        assert icon["n_missing"] == 0
        assert icon["rule_set"] == "NHSRplotthedots 0.2.2"


# What must not matter.


def test_the_order_of_the_rows_does_not_matter_and_is_kept(postgres, oracle, expected):
    order = list(range(len(oracle.points)))
    random.Random(7).shuffle(order)

    rows = spc.compute(postgres, [oracle.points[place] for place in order], oracle.options[::-1])

    assert _differences(rows, [expected[place] for place in order]) == []


def test_renaming_the_series_changes_nothing_else(postgres, oracle, expected):
    names = sorted({point.series_id for point in oracle.points})
    renamed = {name: f"r{place}, \"'\\" for place, name in enumerate(reversed(names))}

    rows = spc.compute(
        postgres,
        [point._replace(series_id=renamed[point.series_id]) for point in oracle.points],
        [row._replace(series_id=renamed[row.series_id]) for row in oracle.options],
    )

    assert _differences(rows, [row | {"series_id": renamed[row["series_id"]]} for row in expected]) == []


def test_numbering_with_gaps_changes_nothing_else(postgres, oracle, expected):
    rows = spc.compute(postgres, [point._replace(idx=point.idx * 10 - 40) for point in oracle.points], oracle.options)

    assert _differences(rows, [row | {"idx": row["idx"] * 10 - 40} for row in expected]) == []


# What must follow.


def test_adding_a_constant_moves_mean_and_limits_by_it_and_no_verdict(postgres, oracle, expected):
    rows = spc.compute(postgres, [point._replace(y=point.y + 1024) for point in oracle.points], oracle.options)

    for row, want in zip(rows, expected, strict=True):
        for name in ("mean", "lpl", "upl"):
            assert _same(row[name], None if want[name] is None else want[name] + 1024)
        assert [row[name] for name in VERDICTS] == [want[name] for name in VERDICTS], (row, want)


@pytest.mark.parametrize("factor", [0.25, 8, -2])
def test_scaling_scales_limits_and_a_negative_factor_turns_the_chart_over(postgres, oracle, expected, factor):
    rows = spc.compute(postgres, [point._replace(y=point.y * factor) for point in oracle.points], oracle.options)

    lower, upper = ("lpl", "upl") if factor > 0 else ("upl", "lpl")
    for row, want in zip(rows, expected, strict=True):
        assert _same(row["mean"], want["mean"] * factor)
        assert _same(row["lpl"], None if want["lpl"] is None else want[lower] * factor)
        assert _same(row["upl"], None if want["upl"] is None else want[upper] * factor)
        assert row["outside_limits"] == want["outside_limits"]
        assert row["relative_to_mean"] == want["relative_to_mean"] * (1 if factor > 0 else -1)
        assert (row["point_type"] == "common_cause") == (want["point_type"] == "common_cause")


# Missing points.


def test_a_missing_month_is_not_a_zero(postgres):
    rows = _judge(postgres, [*STEADY, None, *STEADY])

    assert rows[0]["mean"] == pytest.approx(sum(STEADY) / len(STEADY))
    assert not any(row["outside_limits"] for row in rows)
    missing = rows[len(STEADY)]
    assert missing["y"] is None
    assert (missing["mean"], missing["lpl"], missing["upl"]) == tuple(rows[0][name] for name in ("mean", "lpl", "upl"))
    assert [missing[name] for name in VERDICTS] == [None] * len(VERDICTS)


def test_no_moving_range_is_taken_across_a_missing_month(postgres):
    # Ranges 1, 1 on the left and 1, 1 on the right; across the gap it would be 8.
    rows = _judge(postgres, [1, 2, 1, None, 9, 10, 9], screen_outliers=False)

    assert rows[0]["upl"] - rows[0]["mean"] == pytest.approx(2.66)


@pytest.mark.parametrize(
    ("pattern", "values", "gap"),
    [
        ("7 Points Above CL", [0, 30, 25, 30, 25, 30, 25, 30, 0], 4),
        ("7 Point Trend (Increasing)", [16, 17, 18, 19, 20, 21, 22, 0], 3),
        ("2 in 3 Above CL", [0, 30, 100, 100, 30, 0], 3),
    ],
)
def test_a_missing_month_ends_a_pattern(postgres, pattern, values, gap):
    # Limits frozen on four points are far apart, and the same with the gap and without.
    wide = [0, 40, 0, 40]
    whole = _judge(postgres, [*wide, *values], fix_after_n_points=4)
    broken = _judge(postgres, [*wide, *values[:gap], None, *values[gap:]], fix_after_n_points=4)

    assert _column(whole, "upl")[0] == _column(broken, "upl")[0]
    assert set(_column(whole, "special_cause_type")) == {pattern, "Common Cause"}
    assert set(_column(broken, "special_cause_type")) == {None, "Common Cause"}


def test_a_missing_first_and_last_month_break_nothing(postgres):
    rows = _judge(postgres, [None, *STEADY, None])
    (icon,) = spc.summarise(postgres, _series([None, *STEADY, None]), [spc.Options("s", "increase", 100.0)])

    assert _column(rows[1:-1], "mean") == _column(_judge(postgres, STEADY), "mean")
    assert icon["variation_icon"] == "common_cause"
    assert icon["assurance_icon"] == "consistent_fail"
    assert (icon["n_points"], icon["n_missing"], icon["last_x"]) == (13, 2, "month 14")


def test_a_series_of_nothing_but_missing_months_has_no_verdict(postgres):
    rows = _judge(postgres, [None, None, None], improvement_direction="increase", target=1.0)
    (icon,) = spc.summarise(postgres, _series([None, None, None]), [spc.Options("s", "increase", 1.0)])

    assert len(rows) == 3
    assert all(row["mean"] is None and row["point_type"] is None and row["short_group_warning"] for row in rows)
    assert icon["variation_icon"] is None
    assert icon["assurance_icon"] is None
    assert (icon["n_special"], icon["n_missing"], icon["has_limits"], icon["is_short"]) == (0, 3, False, True)


def test_a_group_can_begin_at_a_missing_month(postgres):
    points = _series([*STEADY, None, *(y + 100 for y in STEADY)])
    points[13] = points[13]._replace(rebase_here=1)

    rows = spc.compute(postgres, points, [])

    assert _column(rows, "rebase_group") == [0] * 13 + [1] * 14
    assert rows[-1]["mean"] == pytest.approx(rows[0]["mean"] + 100)


# Short, flat and frozen series.


def test_a_flat_series_has_no_limits_when_screened_and_zero_width_when_not(postgres):
    # Thirteen times 0.1 does not add up in binary; the flat line must lie on its mean all the same.
    for flat in (5, 0.1, 1 / 3, 1e-7):
        screened = _judge(postgres, [flat] * 13)
        unscreened = _judge(postgres, [flat] * 13, screen_outliers=False)
        assert all(row["lpl"] is None and row["upl"] is None and row["outside_limits"] is None for row in screened)
        assert all(row["lpl"] == row["upl"] == flat for row in unscreened)
        for rows in (screened, unscreened):
            assert set(_column(rows, "relative_to_mean")) == {0}
            assert set(_column(rows, "point_type")) == {"common_cause"}


def test_a_flat_series_with_a_target_is_called_inconsistent_and_shown_to_have_no_limits(postgres):
    (icon,) = spc.summarise(postgres, _series([5] * 13), [spc.Options("s", "increase", 1.0)])

    assert (icon["assurance_icon"], icon["has_limits"]) == ("inconsistent", False)


@pytest.mark.parametrize(("jump", "average_range"), [(4.22, 14.22 / 11), (4.23, 1.0)])
def test_a_range_from_3_267_times_the_average_on_is_screened(postgres, jump, average_range):
    # Ten ranges of 1 and one jump: 3.267 times their average is met by a jump of 4.2248.
    rows = _judge(postgres, [0, 1, 0, 1, 0, 1, 1 + jump, jump, 1 + jump, jump, 1 + jump, jump])

    assert rows[0]["upl"] - rows[0]["mean"] == pytest.approx(2.66 * average_range)


def test_a_single_point_has_a_mean_and_no_limits(postgres):
    (row,) = _judge(postgres, [3])

    assert (row["mean"], row["lpl"], row["special_cause_type"]) == (3.0, None, "Common Cause")


@pytest.mark.parametrize(("values", "is_short"), [(STEADY[:12], True), (STEADY, False), ([*STEADY[:12], None], True)])
def test_a_group_is_short_below_thirteen_points_that_are_there(postgres, values, is_short):
    assert set(_column(_judge(postgres, values), "short_group_warning")) == {is_short}


def test_frozen_limits_know_nothing_of_later_points(postgres):
    alone = _judge(postgres, STEADY)
    rows = _judge(postgres, [*STEADY, 5, 50, 90], improvement_direction="increase", fix_after_n_points=len(STEADY))

    for name in ("mean", "lpl", "upl"):
        assert set(_column(rows, name)) == {alone[0][name]}
    assert _column(rows, "special_cause_type")[-2:] == ["Above UCL", "Above UCL"]
    assert rows[-1]["point_type"] == "special_cause_improvement"


def test_a_gap_does_not_draw_a_later_point_into_frozen_limits(postgres):
    rows = _judge(postgres, [4, None, 6, 1000, 1000], fix_after_n_points=3)

    assert rows[0]["mean"] == 5.0


def test_a_series_without_options_is_neutral_with_no_target(postgres):
    rows = spc.compute(postgres, _series([*STEADY, 50]), [])
    (icon,) = spc.summarise(postgres, _series([*STEADY, 50]), [])

    assert rows[-1]["point_type"] == "special_cause_neutral_high"
    assert (icon["variation_icon"], icon["assurance_icon"]) == ("special_cause_neutral_high", None)


def test_a_trend_straight_after_a_trend_is_named_by_the_step_between_them(postgres):
    # The package does this; frozen limits, wide on purpose, keep the points inside.
    values = [0, 40, 0, 40, *range(10, 17), *range(10, 17)]
    kinds = _column(_judge(postgres, values, fix_after_n_points=4), "special_cause_type")

    assert kinds[4:10] == ["7 Point Trend (Increasing)"] * 6
    assert kinds[10] == "7 Point Trend (Decreasing)"
    assert kinds[11:] == ["7 Point Trend (Increasing)"] * 7


@pytest.mark.parametrize(
    ("points", "options", "remedy"),
    [
        ([("s", 1, "a", math.nan)], [], "pass None"),
        ([("s", 1, "a", 1.0), ("s", 1, "b", 2.0)], [], "number the points"),
        ([], [("s", "up")], "increase, decrease, neutral"),
        ([], [("s",), ("s",)], "give each series one"),
        ([], [("s", None, math.inf)], "pass None"),
        ([], [("s", None, None, None, 0)], "all points"),
    ],
)
def test_a_call_that_cannot_be_judged_says_what_to_do(postgres, points, options, remedy):
    with pytest.raises(ValueError, match=remedy):
        spc.compute(postgres, points, options)


def test_a_hundred_thousand_points_take_seconds(postgres):
    dice = random.Random(11)
    points = [spc.Point(f"series {number}", idx, "x", dice.gauss(50, 9)) for number in range(1700) for idx in range(60)]
    with postgres.cursor() as cursor:
        cursor.execute("set local statement_timeout = '20s'")

    assert len(spc.compute(postgres, points, [])) == 102_000


# Files in and out.


def test_what_is_written_can_be_read_again(postgres, oracle, expected, tmp_path):
    rows = spc.compute(postgres, oracle.points, oracle.options)
    stream = io.StringIO()
    spc.write_csv(rows, stream)
    copy = tmp_path / "points.csv"
    copy.write_text(stream.getvalue(), encoding="utf-8")

    header, first, *_ = stream.getvalue().splitlines()
    assert header == ",".join(expected[0])
    assert first.startswith("A_outlier_high_increase,1,2021-04-01,1.0,0,0,1.944444444444444")
    assert first.endswith(",FALSE,-1,FALSE,Common Cause,common_cause,FALSE")
    again = spc.read_series(copy, ORACLE / "spc_series.csv")
    assert again.points == oracle.points
    assert again.notes == []


def test_a_blank_y_is_missing_and_defaults_are_announced(tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("\ufeffseries_id,idx,x,y,of\nbeds,1,2026-04-01,3,\nbeds,2,2026-05-01,,ward\n", encoding="utf-8")

    series = spc.read_series(points)

    assert series.points == [("beds", 1, "2026-04-01", 3.0, 0), ("beds", 2, "2026-05-01", None, 0)]
    assert series.options == []
    (note,) = series.notes
    assert "spc_series.csv: no such file; all 1 series are judged as neutral" in note


def test_options_left_out_and_odd_numbering_are_announced(tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("series_id,idx,x,y\na,1,2026-04-01,3\na,3,2026-03-01,3\nb,1,2026-04-01,3\n", encoding="utf-8")
    options = tmp_path / "options.csv"
    options.write_text("series_id,improvement_direction,target\na,decrease,\n", encoding="utf-8")

    series = spc.read_series(points, options)

    assert series.options == [spc.Options("a", "decrease")]
    begins = ("idx skips a number in 1 series", "x does not rise", "has no column screen", "has no row for 1 of 2")
    for note, begin in zip(series.notes, begins, strict=True):
        assert note.split(": ", 1)[1].startswith(begin)


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("series_id,idx,x\n", "line 1: has no column 'y'", "add it"),
        ("series_id,idx,x,y,y\n", "line 1, column 'y'", "keep one"),
        ("series_id,idx,x,y\ns,1,d,5\ns,2,d,s3cret\n", "line 3, column 'y'", "leave it blank"),
        ("series_id,idx,x,y\ns,1,d,1e999\n", "line 2, column 'y'", "not a number"),
        ("series_id,idx,x,y\ns,1,d,nan\n", "line 2, column 'y'", "not a number"),
        ("series_id,idx,x,y\ns,1,d,1_0\n", "line 2, column 'y'", "not a number"),
        ("series_id,idx,x,y\ns,s3cret,d,1\n", "line 2, column 'idx'", "1, 2, 3"),
        ("series_id,idx,x,y\ns,9999999999,d,1\n", "line 2, column 'idx'", "1, 2, 3"),
        ("series_id,idx,x,y\ns,,d,1\n", "line 2, column 'idx'", "number the points"),
        ("series_id,idx,x,y\ns,1,d,1\n\ns,1,d,2\n", "line 4, column 'idx'", "repeats line 2"),
        ("series_id,idx,x,y\n,1,d,1\n", "line 2, column 'series_id'", "name the series"),
        ("series_id,idx,x,y\ns,1,,1\n", "line 2, column 'x'", "give the date"),
        ("series_id,idx,x,y,rebase_here\ns,1,d,1,s3cret\n", "line 2, column 'rebase_here'", "TRUE, FALSE"),
        ("series_id,idx,x,y\ns,1,d\n", "line 2: has 3 cells", "put quotes"),
        ('series_id,idx,x,y\ns,1,"d,1\n', "line 2: is not CSV", "quote"),
    ],
)
def test_a_faulty_file_of_points_is_refused_with_place_and_remedy_and_no_value(tmp_path, text, place, remedy):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(spc.UnreadableSeries) as refusal:
        spc.read_series(path)

    assert str(refusal.value).startswith(f"{path}: {place}")
    assert remedy in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("series_id,improvement_direction\ns,up\n", "line 2, column 'improvement_direction'"),
        ("series_id,target\ns,95%\n", "line 2, column 'target'"),
        ("series_id,screen_outliers\ns,perhaps\n", "line 2, column 'screen_outliers'"),
        ("series_id,fix_after_n_points\ns,0\n", "line 2, column 'fix_after_n_points'"),
        ("series_id\ns\ns\n", "line 3, column 'series_id'"),
    ],
)
def test_a_faulty_file_of_options_is_refused_with_its_place(tmp_path, text, place):
    points = tmp_path / "points.csv"
    points.write_text("series_id,idx,x,y\ns,1,d,1\n", encoding="utf-8")
    options = tmp_path / "options.csv"
    options.write_text(text, encoding="utf-8")

    with pytest.raises(spc.UnreadableSeries) as refusal:
        spc.read_series(points, options)

    assert str(refusal.value).startswith(f"{options}: {place}")


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(spc.UnreadableSeries, match="cannot be opened"):
        spc.read_series(tmp_path / "absent.csv")
    with pytest.raises(spc.UnreadableSeries, match="cannot be opened"):
        spc.read_series(POINTS, tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes("series_id,idx,x,y\né,1,d,1\n".encode("latin-1"))
    with pytest.raises(spc.UnreadableSeries, match="UTF-8"):
        spc.read_series(tmp_path / "latin.csv")
