"""Draw published figures as SVG, without a browser and without a number of its own.

Every chart is drawn twice, wide and narrow, and no reader needs its colours: shape, line style and a label at the line
say the same. Colours become CSS variables, so that a chart follows the page into dark mode and onto paper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import vl_convert
from markupsafe import Markup

# Written into the specification as plain colours, exchanged for the page's own afterwards.
INK = {
    "#111111": "var(--ink)",
    "#222222": "var(--chart-line)",
    "#333333": "var(--chart-quiet)",
    "#444444": "var(--chart-good)",
    "#555555": "var(--chart-concern)",
    "#666666": "var(--paper)",
}
TEXT, LINE, QUIET, GOOD, CONCERN, PAPER = INK
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
VEGA_LITE = "6.4"

Spec = dict
"""A chart or a part of one, in the words of Vega-Lite."""

# The unit of a series of shares; its axis runs in hundredths.
SHARE = "Share of all"

# point type -> (words, shape, colour, area): three different outlines before any colour is seen.
POINTS = {
    "common_cause": ("Within the usual range", "circle", LINE, 34),
    "improvement": ("Signal: better than usual", "diamond", GOOD, 110),
    "concern": ("Signal: worse than usual", "triangle-up", CONCERN, 110),
    "neutral": ("Signal: different from usual", "square", LINE, 90),
}
# How a description speaks of the outlines, to whoever sees no colour or no chart.
OUTLINES = {"diamond": "diamonds", "triangle-up": "triangles", "square": "squares"}


@dataclass(frozen=True)
class Point:
    """One period of an SPC chart; `value` is None where nothing may be drawn."""

    label: str
    value: float | None
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    point_type: str = "common_cause"


@dataclass(frozen=True)
class Step:
    """One day of a waiting curve: the share of things said that had been answered by then."""

    day: float
    share: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Drawing:
    """The same chart at two widths; the page shows whichever fits."""

    wide: Markup
    narrow: Markup


def point_kind(point_type: str | None) -> str:
    """The four kinds a reader is shown, from the rule set's own names (`special_cause_concern`, `neutral_high`)."""
    name = (point_type or "").lower()
    return next((kind for kind in ("improvement", "concern", "neutral") if kind in name), "common_cause")


def spc(key: str, points: Sequence[Point], unit: str) -> Drawing:
    """An SPC chart: values, their average, and dashed limits; each signal has its own shape."""
    return _twice(key, lambda width: _spc(points, unit, width))


def told_back_curve(key: str, steps: Sequence[Step]) -> Drawing:
    """A step curve from nothing to all: how many days it took until people heard."""
    return _twice(key, lambda width: _curve(steps, width))


def _spc(points: Sequence[Point], unit: str, width: int) -> Spec:
    is_wide = width > 400
    rows = [
        {
            "place": place,
            "value": point.value,
            "mean": point.mean,
            "lower": _reachable(point.lower, unit),
            "upper": _reachable(point.upper, unit),
            "kind": POINTS[point_kind(point.point_type)][0],
            "area": POINTS[point_kind(point.point_type)][3] * (1 if is_wide else 0.6),
        }
        for place, point in enumerate(points)
    ]
    x = _number("place") | {
        "scale": {"domain": [-0.5, len(points) - 0.5 + len(points) * (0.13 if is_wide else 0.3)], "nice": False},
        "axis": {
            "values": _spread(len(points), 7 if is_wide else 3),
            "labelExpr": _label_expression({place: point.label for place, point in enumerate(points)}),
            "labelOverlap": False,
            "title": None,
            "grid": False,
        },
    }
    y = _number("value") | {
        "scale": {"zero": True, "nice": True},
        "axis": {"title": None, "tickCount": 5} | ({"format": "%"} if unit == SHARE else {}),
    }
    steps = {"type": "line", "color": QUIET, "strokeWidth": 1.5, "interpolate": "step"}
    layers = [
        {"mark": steps | {"strokeDash": [6, 4]}, "encoding": {"y": _number("upper")}},
        {"mark": steps | {"strokeDash": [6, 4]}, "encoding": {"y": _number("lower")}},
        {"mark": steps, "encoding": {"y": _number("mean")}},
        {"mark": {"type": "line", "color": LINE, "strokeWidth": 1.5}, "encoding": {"y": y}},
        {
            "mark": {"type": "point", "opacity": 1, "strokeWidth": 1},
            "transform": [{"filter": "isValid(datum.value)"}],
            "encoding": {"y": y, "size": _number("area") | {"scale": None}} | _by_kind(rows, is_wide),
        },
    ]
    last = next((row for row in reversed(rows) if row["mean"] is not None), None)
    if last:
        layers += [
            _at_line(last["place"], last[column], words)
            for column, words in (("upper", "upper limit"), ("mean", "average"), ("lower", "lower limit"))
            if last[column] is not None
        ]
    return _finished(rows, x, layers, width, 300 if is_wide else 250, unit)


def _number(field: str) -> Spec:
    return {"field": field, "type": "quantitative"}


def _by_kind(rows: list[dict], is_wide: bool) -> Spec:
    """Shape and colour by kind of point, the kinds that occur alone, with their legend."""
    there = {row["kind"] for row in rows}
    looks = [look for look in POINTS.values() if look[0] in there]
    legend = {
        "title": None, "orient": "top", "direction": "horizontal" if is_wide else "vertical", "symbolSize": 90,
        "labelLimit": 400,
    }  # fmt: skip
    return {
        channel: {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": [look[0] for look in looks], "range": [look[at] for look in looks]},
            "legend": legend,
        }
        for channel, at in (("shape", 1), ("color", 2), ("fill", 2))
    }


def _reachable(limit: float | None, unit: str) -> float | None:
    """A limit as it is drawn: none where no share can ever lie."""
    return None if limit is None or (unit == SHARE and not 0 <= limit <= 1) else limit


def _curve(steps: Sequence[Step], width: int) -> Spec:
    rows = [{"day": step.day, "share": step.share, "lower": step.lower, "upper": step.upper} for step in steps]
    x = _number("day") | {
        "scale": {"zero": True, "nice": False},
        "axis": {"title": "Days since it was said", "grid": False, "tickCount": 6},
    }
    y = _number("share") | {
        "scale": {"domain": [0, 1]},
        "axis": {"title": None, "format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }
    curve = {"type": "line", "color": LINE, "strokeWidth": 2.5, "interpolate": "step-after"}
    layers = [{"mark": curve, "encoding": {"y": y}}]
    if any(row["lower"] is not None for row in rows):
        band = {"type": "area", "color": QUIET, "opacity": 0.18, "interpolate": "step-after"}
        layers.insert(0, {"mark": band, "encoding": {"y": _number("lower"), "y2": {"field": "upper"}}})
    return _finished(rows, x, layers, width, 260 if width > 400 else 220, "Share who have been told")


def _at_line(place: int, value: float, words: str) -> Spec:
    return {
        "data": {"values": [{"place": place, "at": value, "words": words}]},
        "mark": {
            "type": "text", "align": "left", "baseline": "middle", "dx": 9, "fontSize": 12, "color": TEXT, "font": FONT,
        },
        "encoding": {"y": _number("at"), "text": {"field": "words", "type": "nominal"}},
    }  # fmt: skip


def _finished(rows: list[dict], x: Spec, layers: list[Spec], width: int, height: int, unit: str) -> Spec:
    size = 13 if width > 400 else 12
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": rows},
        "encoding": {"x": x},
        "layer": layers,
        "width": width,
        "height": height,
        "padding": 4,
        "title": {
            "text": unit, "anchor": "start", "fontSize": size, "fontWeight": "normal", "color": TEXT, "font": FONT,
            "offset": 8,
        },
        "resolve": {"scale": {"y": "shared"}},
        "config": {
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelColor": TEXT, "titleColor": TEXT, "gridColor": QUIET, "gridOpacity": 0.25, "domainColor": QUIET,
                "tickColor": QUIET, "labelFontSize": size, "titleFontSize": size, "titleFontWeight": "normal",
            },
            "legend": {"labelColor": TEXT, "labelFontSize": size, "titleColor": TEXT},
        },
    }  # fmt: skip


def _label_expression(labels: dict[int, str]) -> str:
    """Vega's way to name a place on the axis: datum.value == 0 ? 'Apr 2026' : …"""
    named = "".join(f"datum.value == {place} ? {json.dumps(label)} : " for place, label in labels.items())
    return named + "''"


def _spread(count: int, most: int) -> list[int]:
    """Places for at most so many axis labels, evenly apart, the last always among them."""
    if count <= most:
        return list(range(count))
    step = -(-(count - 1) // (most - 1))
    return sorted(range(count - 1, -1, -step))


def _twice(key: str, draw) -> Drawing:
    return Drawing(wide=_svg(draw(620), f"{key}-wide"), narrow=_svg(draw(230), f"{key}-narrow"))


def _svg(chart: Spec, key: str) -> Markup:
    """The chart as SVG for a page: ids of its own, and hidden from screen readers, whom the page tells in words."""
    drawn = _drawn(json.dumps(chart))
    drawn = re.sub(
        r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true" focusable="false">', drawn, count=1
    )
    drawn = re.sub(
        r' (?:aria-[a-z]+|role)="[^"]*"(?=[^>]*>)', lambda found: found[0] if "aria-hidden" in found[0] else "", drawn
    )
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", drawn)
    for colour, variable in INK.items():
        drawn = drawn.replace(f'"{colour}"', f'"{variable}"').replace(f'"{colour[:4]}"', f'"{variable}"')
        drawn = drawn.replace(f'"{_rgb(colour)}"', f'"{variable}"')
    return Markup(drawn)


@lru_cache(maxsize=512)
def _drawn(chart: str) -> str:
    """The same chart is drawn once for all the faces that show it: drawing is what takes long."""
    # Python reads its own numbers back as they were; the text itself would be read with another rounding.
    return vl_convert.vegalite_to_svg(json.loads(chart), vl_version=VEGA_LITE)


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def summary_of(points: Iterable[Point]) -> dict[str, int]:
    """How many points of each kind: what the page tells a reader who cannot see the chart."""
    kinds = [point_kind(point.point_type) for point in points if point.value is not None]
    return {kind: kinds.count(kind) for kind in POINTS if kind in kinds}


# Colours of the page as they are printed; every pair can be told apart in grey.
PRINTED = {
    "var(--ink)": "#212b32",
    "var(--chart-line)": "#003087",
    "var(--chart-quiet)": "#4c6272",
    "var(--chart-good)": "#005eb8",
    "var(--chart-concern)": "#9a4a00",
    "var(--paper)": "#ffffff",
}


def on_paper(drawn: Markup, font: str) -> str:
    """A drawing as a file of its own, in the colours of paper and lettered in the paper's font."""
    # A label that found no room is drawn unseen; who searches the paper's text would find it.
    alone = re.sub(r'<text[^>]* opacity="0"[^>]*>[^<]*</text>', "", str(drawn))
    alone = alone.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(FONT, font)
    for variable, colour in PRINTED.items():
        alone = alone.replace(variable, colour)
    return alone
