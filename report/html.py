"""Render an edition as one self-contained HTML page: no script, no request, no clock; the same rows give the same bytes."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report import page_one, sections, words
from report.rows import Edition

HERE = Path(__file__).parent


def render(edition: Edition) -> str:
    """Return the report of one edition."""
    template = _environment().get_template("report.html")
    return template.render(
        edition=edition,
        facts=edition.facts,
        quarter=words.quarter(edition.quarter_id),
        banner=page_one.banner(edition),
        changed=page_one.three_that_changed(edition),
        answers=page_one.answers(edition),
        stories=sections.stories(edition),
        chain=sections.chain(edition),
        influence=sections.measures(edition, "measures-influence", sections.INFLUENCE, "Influence, this quarter"),
        declined=sections.measures(edition, "measures-declined", sections.DECLINED, "Declined or put off, this quarter"),
        reasons=sections.reasons(edition),
        told_curve=sections.told_back(edition),
        told=sections.measures(edition, "measures-told", sections.TOLD_BACK, "Told back in time, over the last four quarters"),
        ends=sections.counts(edition, "by-end", sections.ENDED, "Where things said stand", "Where it stands"),
        activity=sections.counts(edition, "activity", sections.ACTIVITY, "Activity, this quarter", "What"),
        evidence=sections.evidence(edition),
        kept=sections.measures(edition, "measures-kept", sections.PROMISES, "Promises, this quarter"),
        promises=sections.promises(edition),
        room=sections.measures(edition, "measures-room", sections.ROOM, "Who was in the room and how, this quarter"),
        restrictive=sections.series_charts(edition, sections.RESTRICTIVE),
        access=sections.series_charts(edition, sections.ACCESS),
        other_charts=sections.series_charts(edition, _other_measures(edition)),
        coverage=sections.coverage(edition),
        covered=sections.measures(edition, "measures-covered", ("data_coverage",), "Returns that were due and came, this quarter"),
        quality=sections.data_quality(edition),
        findings=sections.findings(edition),
        expectations=sections.expectations(edition),
        day=words.day,
        given_by=page_one.given_by,
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
    )


def _other_measures(edition: Edition) -> list[str]:
    told = {*sections.RESTRICTIVE, *sections.ACCESS}
    return sorted({row["measure_code"] for row in edition.series} - told)


def _environment() -> Environment:
    # Autoescape is on for every template: public words are other people's text.
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["opened"] = words.opened
    environment.filters["words"] = words.Words
    return environment
