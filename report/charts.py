"""Draw published figures as SVG, without a browser and without a number of its own.

Every chart is drawn twice, wide and narrow, and no reader needs its colours: shape, line style and a label at the line
say the same. Colours become CSS variables, so that a chart follows the page into dark mode and onto paper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import altair as alt
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
# The unit of a series of shares; its axis runs in hundredths.
SHARE = "Share of all"

# point type -> (words, shape, colour, area): three different outlines before any colour is seen.
POINTS = {
    "common_cause": ("Within the usual range", "circle", LINE, 34),
    "improvement": ("Signal: better than usual", "diamond", GOOD, 110),
    "concern": ("Signal: worse than usual", "triangle-up", CONCERN, 110),
    "neutral": ("Signal: different from usual", "square", LINE, 90),
}


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


def _spc(points: Sequence[Point], unit: str, width: int) -> alt.LayerChart:
    rows = [
        {
            "place": place,
            "value": point.value,
            "mean": point.mean,
            "lower": _reachable(point.lower, unit),
            "upper": _reachable(point.upper, unit),
            "kind": POINTS[point_kind(point.point_type)][0],
            "area": POINTS[point_kind(point.point_type)][3] * (1 if width > 400 else 0.6),
        }
        for place, point in enumerate(points)
    ]
    labels = {place: point.label for place, point in enumerate(points)}
    shown = _spread(len(points), 7 if width > 400 else 3)
    x = alt.X(
        "place:Q",
        scale=alt.Scale(domain=[-0.5, len(points) - 0.5 + len(points) * (0.13 if width > 400 else 0.3)], nice=False),
        axis=alt.Axis(values=shown, labelExpr=_label_expression(labels), title=None, grid=False, labelOverlap=False),
    )
    number_format = "%" if unit == SHARE else alt.Undefined
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format=number_format),
    )
    data = alt.Chart(alt.Data(values=rows)).encode(x=x)
    drawn = [word for word in (POINTS[kind][0] for kind in POINTS) if any(row["kind"] == word for row in rows)]
    looks = {words: look for words, *look in POINTS.values()}
    kinds = alt.Scale(domain=drawn, range=[looks[word][0] for word in drawn])
    colours = alt.Scale(domain=drawn, range=[looks[word][1] for word in drawn])
    legend = alt.Legend(
        title=None, orient="top", direction="horizontal" if width > 400 else "vertical", symbolSize=90, labelLimit=400
    )
    layers = [
        data.mark_line(color=QUIET, strokeDash=[6, 4], strokeWidth=1.5, interpolate="step").encode(y=alt.Y("upper:Q")),
        data.mark_line(color=QUIET, strokeDash=[6, 4], strokeWidth=1.5, interpolate="step").encode(y=alt.Y("lower:Q")),
        data.mark_line(color=QUIET, strokeWidth=1.5, interpolate="step").encode(y=alt.Y("mean:Q")),
        data.mark_line(color=LINE, strokeWidth=1.5).encode(y=y),
        data.mark_point(opacity=1, strokeWidth=1)
        .transform_filter("isValid(datum.value)")
        .encode(
            y=y,
            shape=alt.Shape("kind:N", scale=kinds, legend=legend),
            color=alt.Color("kind:N", scale=colours, legend=legend),
            fill=alt.Fill("kind:N", scale=colours, legend=legend),
            size=alt.Size("area:Q", scale=None),
        ),
    ]
    last = next((row for row in reversed(rows) if row["mean"] is not None), None)
    if last:
        layers += [
            _at_line(last["place"], last[column], words, x)
            for column, words in (("upper", "upper limit"), ("mean", "average"), ("lower", "lower limit"))
            if last[column] is not None
        ]
    return _finished(alt.layer(*layers), width, 300 if width > 400 else 250, unit)


def _reachable(limit: float | None, unit: str) -> float | None:
    """A limit as it is drawn: none where no share can ever lie."""
    return None if limit is None or (unit == SHARE and not 0 <= limit <= 1) else limit


def _curve(steps: Sequence[Step], width: int) -> alt.LayerChart:
    rows = [{"day": step.day, "share": step.share, "lower": step.lower, "upper": step.upper} for step in steps]
    x = alt.X(
        "day:Q",
        scale=alt.Scale(zero=True, nice=False),
        axis=alt.Axis(title="Days since it was said", grid=False, tickCount=6),
    )
    y = alt.Y(
        "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=None, format="%", values=[0, 0.25, 0.5, 0.75, 1])
    )
    data = alt.Chart(alt.Data(values=rows)).encode(x=x)
    layers = []
    if any(row["lower"] is not None for row in rows):
        layers.append(
            data.mark_area(color=QUIET, opacity=0.18, interpolate="step-after").encode(
                y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
            )
        )
    layers.append(data.mark_line(color=LINE, strokeWidth=2.5, interpolate="step-after").encode(y=y))
    return _finished(alt.layer(*layers), width, 260 if width > 400 else 220, "Share who have been told")


def _at_line(place: int, value: float, words: str, x: alt.X) -> alt.Chart:
    return (
        alt.Chart(alt.Data(values=[{"place": place, "at": value, "words": words}]))
        .mark_text(align="left", baseline="middle", dx=9, fontSize=12, color=TEXT, font=FONT)
        .encode(x=x, y=alt.Y("at:Q"), text="words:N")
    )


def _finished(chart: alt.LayerChart, width: int, height: int, unit: str) -> alt.LayerChart:
    size = 13 if width > 400 else 12
    return (
        chart.properties(
            width=width,
            height=height,
            padding=4,
            title=alt.TitleParams(
                unit, anchor="start", fontSize=size, fontWeight="normal", color=TEXT, font=FONT, offset=8
            ),
        )
        .resolve_scale(y="shared")
        .configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=TEXT,
            titleColor=TEXT,
            gridColor=QUIET,
            gridOpacity=0.25,
            domainColor=QUIET,
            tickColor=QUIET,
            labelFontSize=size,
            titleFontSize=size,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor=TEXT, labelFontSize=size, titleColor=TEXT)
    )


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


def _svg(chart: alt.LayerChart, key: str) -> Markup:
    """The chart as SVG for a page: ids of its own, and hidden from screen readers, whom the page tells in words."""
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE)
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


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def summary_of(points: Iterable[Point]) -> dict[str, int]:
    """How many points of each kind: what the page tells a reader who cannot see the chart."""
    kinds = [point_kind(point.point_type) for point in points if point.value is not None]
    return {kind: kinds.count(kind) for kind in POINTS if kind in kinds}
