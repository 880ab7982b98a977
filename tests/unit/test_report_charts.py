"""The report's charts: same points, same bytes; readable without colour; nothing that a page could run or fetch."""

import re

import pytest

from report import charts


def points(count=24):
    return [charts.Point(f"M {place}", 10 + place % 3, 11, 7, 15) for place in range(count)]


def test_each_signal_has_a_shape_and_words_of_its_own():
    looks = charts.POINTS.values()
    assert len({shape for _, shape, *_ in looks}) == len(looks) == len({words for words, *_ in looks})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("special_cause_improvement", "improvement"),
        ("special_cause_concern", "concern"),
        ("neutral_high", "neutral"),
        ("common_cause", "common_cause"),
        (None, "common_cause"),
    ],
)
def test_the_names_of_the_rule_set_are_understood(name, kind):
    assert charts.point_kind(name) == kind


def test_a_drawing_names_its_lines_and_signals_in_words():
    signalled = [*points(), charts.Point("M 24", 2, 11, 7, 15, "special_cause_concern")]
    drawn = charts.spc("c", signalled, "Rate").wide
    for words in ("average", "upper limit", "lower limit", "Signal: worse than usual", "Within the usual range"):
        assert words in drawn
    assert "Signal: better than usual" not in drawn


def test_a_missing_month_is_a_gap_and_never_a_nought():
    whole, gapped = points(), points()
    gapped[5] = charts.Point("M 5", None)
    drawn = [charts.spc("c", some, "Rate").wide for some in (whole, gapped)]
    assert [_symbols(one) for one in drawn] == [24, 23]
    assert [_pieces_of_the_line(one) for one in drawn] == [1, 2]


def test_every_point_is_drawn_whichever_kinds_there_are():
    for kinds in (["common_cause"], ["concern"], ["concern", "improvement"], list(charts.POINTS)):
        some = [charts.Point(f"M {place}", 10, 11, 7, 15, kinds[place % len(kinds)]) for place in range(12)]
        assert "NaN" not in charts.spc("c", some, "Rate").wide


def _symbols(drawn):
    return re.search(r"mark-symbol role-mark.*?</g>", drawn)[0].count("<path")


def _pieces_of_the_line(drawn):
    return re.findall(r"mark-line role-mark.*?</g>", drawn)[-1].split(' d="')[1].split('"')[0].count("M")


def test_a_drawing_takes_the_colours_of_the_page_and_nothing_from_outside():
    for drawing in (
        charts.spc("c", points(), "Rate"),
        charts.told_back_curve("k", [charts.Step(0, 0), charts.Step(30, 0.4, 0.3, 0.5)]),
    ):
        for drawn in (drawing.wide, drawing.narrow):
            assert "var(--ink)" in drawn
            assert not re.search(r"#[0-9a-fA-F]{6}|<script|<style|href=|onload", drawn)


def test_two_charts_on_a_page_share_no_id():
    first, second = charts.spc("a", points(), "Rate"), charts.spc("b", points(), "Rate")
    ids = [
        name
        for drawn in (first.wide, first.narrow, second.wide, second.narrow)
        for name in re.findall(r'\bid="([^"]+)"', drawn)
    ]
    assert len(ids) == len(set(ids))


def test_a_unit_cannot_break_out_of_the_drawing():
    assert "<b>" not in charts.spc("c", points(), "<b>Rate</b>").wide


def test_a_label_cannot_break_out_of_its_expression():
    charts.spc("c", [charts.Point("O'Brien \\ month", 1.0, 1, 0, 2)] * 13, "Rate")


def test_a_chart_is_drawn_once_for_all_faces_and_alike_when_drawn_anew():
    charts._drawn.cache_clear()
    first = charts.spc("c", points(), "Rate")
    assert charts.spc("c", points(), "Rate") == first
    assert charts._drawn.cache_info().misses == len((first.wide, first.narrow))
    charts._drawn.cache_clear()
    assert charts.spc("c", points(), "Rate") == first
