"""Render an edition as one HTML page without scripts, requests or a clock: the same rows give the same bytes."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report import basis, chain, claims, guide, page_one, restated, sections, series, tables, voices, words
from report.choice import choice
from report.matrix import matrix
from report.questions import questions
from report.rows import Edition

HERE = Path(__file__).parent


def render(edition: Edition) -> str:
    """Return the report of one edition."""
    changed, answers = page_one.fitted(edition)
    asked, findings = questions(edition), tables.findings(edition)
    template = environment().get_template("report.html")
    return template.render(
        edition=edition,
        facts=edition.facts,
        quarter=words.quarter(edition.quarter_id),
        banner=page_one.banner(edition),
        changed=changed,
        answers=answers,
        questions=asked,
        page_one_basis=basis.of_page_one(edition, [*_said(changed), *(one.said for one in (*answers, *asked))]),
        choice=choice(edition),
        basis=lambda table, of=None: basis.beside(edition, table, of),
        chain_basis=lambda organisation_code: basis.of_chain(edition, organisation_code),
        defined={row["measure_code"] for row in edition.measures},
        said_at=chain.said_at,
        claims=claims.claims(edition),
        claims_in_short=claims.shortly(edition),
        declined_each=chain.declined(edition),
        stories=chain.stories(edition),
        chain=chain.chain(edition),
        influence=tables.measures(edition, tables.INFLUENCE),
        declined=tables.measures(edition, tables.DECLINED),
        reasons=tables.reasons(edition),
        told_curve=series.told_back(edition),
        told=tables.measures(edition, tables.TOLD_BACK),
        ends=tables.counts(edition, tables.ENDED),
        activity=tables.counts(edition, tables.ACTIVITY),
        evidence=tables.evidence(edition),
        kept=tables.measures(edition, tables.PROMISES),
        promises=tables.promises(edition),
        room=tables.measures(edition, tables.ROOM),
        restrictive=series.series_charts(edition, tables.RESTRICTIVE),
        access=series.series_charts(edition, tables.ACCESS),
        left_out=tables.counts(edition, tables.LEFT_OUT),
        other_charts=series.series_charts(edition, series.other_measures(edition, is_of_annex=False)),
        annex_charts=series.series_charts(edition, series.other_measures(edition, is_of_annex=True)),
        coverage=tables.coverage(edition),
        covered=tables.measures(edition, tables.COVERED),
        quality=tables.data_quality(edition),
        findings=findings,
        findings_here=[*edition.organisations, *(row for _, rows in findings for row, _ in rows)],
        matrix=matrix(edition),
        against=tables.against,
        guide=guide,
        sections=sections,
        page_one=page_one,
        day=words.day,
        given_by=page_one.given_by,
        lowered=words.lowered,
        public=words.public,
        restated=restated.restated(edition),
        restated_in_words=restated.in_words(edition),
        voices=voices,
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
    )


def _said(changed: list[page_one.Changed]) -> list[object]:
    return [part for one in changed for part in (one.asked_by, one.different, one.moved, one.checked)]


def environment(*before: Path) -> Environment:
    """What every page of a reader's is rendered in: our templates, and those of other folders before them."""
    # Autoescape is on for every template: public words are other people's text.
    made = Environment(
        loader=FileSystemLoader([*before, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["opened"] = words.opened
    made.filters["words"] = words.Words
    return made
