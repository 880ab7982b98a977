"""The whole report, rendered from the made-up edition: every number traces to its row, and no words do harm."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from report import chain, page_one, sections, series, tables, words
from report.html import render
from report.rows import Figure, edition
from report.specimen import FACTS, rows, specimen

# Telephone numbers of real public services stand in the page as they are dialled.
SUPPORT = "support"
UNSAID = {"style", "svg", "script", "title"}


class Page(HTMLParser):
    """Collects printed figures, and the text a reader sees with where it stands."""

    def __init__(self, html):
        super().__init__()
        self.open, self.figures, self.earlier, self.text = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("meta", "br", "path", "line", "rect"):
            return
        self.open.append((tag, dict(attrs)))
        # What an earlier edition printed has its row there.
        if tag == "data":
            (self.earlier if "data-before" in dict(attrs) else self.figures).append({**dict(attrs), "text": ""})

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, text):
        if any(tag == "data" for tag, _ in self.open):
            data = next(attrs for tag, attrs in reversed(self.open) if tag == "data")
            (self.earlier if "data-before" in data else self.figures)[-1]["text"] += text
        if not any(tag in UNSAID for tag, _ in self.open):
            self.text.append((text, list(self.open)))

    def within(self, id_):
        return "".join(text for text, above in self.text if any(attrs.get("id") == id_ for _, attrs in above))


def has_class(above, *names):
    return any(set((attrs.get("class") or "").split()) & set(names) for _, attrs in above)


@pytest.fixture(scope="module")
def made_up():
    return specimen()


@pytest.fixture(scope="module")
def html(made_up):
    return render(made_up)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def with_rows(facts=None, **changes):
    """The made-up edition with whole relations exchanged."""
    return edition({**FACTS, **(facts or {})}, {**rows(), **changes})


def test_the_same_rows_make_the_same_bytes_in_whatever_order_they_come(html):
    backwards = {relation: list(reversed(found)) for relation, found in rows().items()}
    assert render(edition(FACTS, backwards)) == html


def test_every_printed_number_is_its_published_row(page, made_up):
    assert len(page.figures) > 100
    for printed in page.figures:
        figure = made_up.figures[printed["data-figure"]]
        text = printed["text"]
        assert printed["value"] == ("" if figure.value is None else f"{figure.value:.10g}"), figure.figure_id
        if figure.value is None:
            assert not re.search(r"\d", text), figure.figure_id
        elif re.search(r"\d", text):
            scale, decimals = (100, 0) if text.endswith("%") else (1, figure.decimals)
            assert float(re.sub(r"[%,£]", "", text).replace("−", "-")) == pytest.approx(
                round(figure.value * scale, decimals)
            ), figure.figure_id
        else:
            assert figure.value == 0, figure.figure_id


def test_no_number_stands_in_the_text_that_no_row_stands_behind(page):
    stray = [
        text.strip()
        for text, above in page.text
        if re.search(r"\d", text)
        and not has_class(above, "figure", "code", "words", SUPPORT)
        and not any(tag == "time" for tag, _ in above)
    ]
    assert stray == []


def test_page_one_can_be_read_in_one_sitting(page):
    assert words.word_count([page.within("page-one")]) <= 350


def test_page_one_stays_short_when_everything_is_long():
    long = rows()
    wording = "people " * 60
    for row in long["pub_changes"]:
        row.update(
            changed=wording,
            is_influence=True,
            implemented_on=date(2026, 4, 1),
            verified_on=date(2026, 5, 1),
            verified_by_kind="lived_experience_member",
        )
    for row in long["pub_inputs"]:
        row.update(reason=wording, outcome="declined", decided_on=date(2026, 4, 22))
    assert words.word_count([Page(render(edition(FACTS, long))).within("page-one")]) <= 350


def test_page_one_answers_in_the_agreed_order(page):
    asked = [
        text
        for text, above in page.text
        if above and above[-1][0] == "h2" and any(attrs.get("id") == "page-one" for _, attrs in above)
    ]
    assert asked == ["Three things that changed", *(answer.question for answer in page_one.answers(specimen()))]
    assert [answer.key for answer in page_one.answers(specimen())] == [
        "refused",
        "waiting",
        "worse",
        "room",
        "safe",
        "network",
        "promised",
        "missing",
        "to-decide",
    ]


def test_what_somebody_wrote_is_text_and_never_markup():
    attack = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    hostile = rows()
    for relation, columns in {
        "pub_inputs": (
            "said",
            "reason",
            "changed",
            "decided_by_role",
            "service_name",
            "given_by_kind_label",
            "outcome_label",
            "reason_code_label",
            "told_who_label",
            "organisation_name",
            "agreed_term",
        ),
        "pub_changes": ("changed", "owner_role", "service_name", "promise_label", "verified_by_kind_label"),
        "pub_organisations": ("organisation_name",),
        "pub_series": ("plain_name", "service_name", "verdict_words", "unit", "caveat_words"),
        "pub_findings": ("finding_words",),
        "pub_expectations": ("expectation", "asked_of_label"),
        "pub_evidence": ("organisation_name", "status_label", "reason_words", "threshold_words", "threshold_owner"),
        "pub_effects": ("plain_name", "verdict_words"),
        "pub_measures": ("plain_name", "numerator", "denominator"),
        "pub_coverage": ("feed", "state", "state_label"),
    }.items():
        for row in hostile[relation]:
            row.update(dict.fromkeys(columns, attack))
    for relation, columns in {
        "pub_challenges": ("raised_by_name", "raised_by_role", "about_edition_id", "about_figure_id", "comment",
                           "reply", "replied_by_role", "outcome_label", "promised_action_id"),
        "pub_asks": ("words", "entered_by_role"),
    }.items():  # fmt: skip
        for row in hostile[relation]:
            row.update(dict.fromkeys(columns, attack))
    made = render(
        edition(
            {
                **FACTS,
                "icb_name": attack,
                "signed_off_by_role": attack,
                "signed_off_on": date(2026, 7, 30),
                "withdrawn_on": date(2026, 7, 30),
                "withdrawn_because": attack,
            },
            hostile,
        )
    )
    assert "<script" not in made
    assert "<img" not in made
    assert 'onerror=alert(1)"' not in made
    assert "&lt;script&gt;" in made


def test_the_page_asks_nothing_of_anybody(html):
    assert not re.search(r"<script|<link|<iframe|<img|@import|url\((?!#)", html)
    assert {link for link in re.findall(r'(?:href|src)="([^"]*)"', html) if not link.startswith("#")} == {
        "tel:116123",
        "tel:111",
        "tel:999",
    }


def test_every_link_leads_somewhere_and_no_id_stands_twice(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    pointed = re.findall(r'href="#([^"]+)"', html)
    pointed += [
        one for found in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html) for one in found.split()
    ]
    assert set(pointed) <= set(ids)


def test_the_support_lines_stand_before_the_section_that_needs_them(html):
    assert html.index("116 123") < html.index('id="restrictive"')
    assert "choose option 2" in html


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "draft"}, "Draft. Nobody has signed it off."),
        (
            {"state": "published", "sign_off_kind": "automatic"},
            "Published. This edition was signed off automatically. No person has signed it.",
        ),
        (
            {
                "state": "published",
                "sign_off_kind": "named",
                "signed_off_by_role": "Chief nurse",
                "signed_off_on": date(2026, 8, 20),
            },
            "Published. Signed off by the chief nurse on 20 August 2026.",
        ),
        ({"state": "withdrawn"}, "Withdrawn: do not rely on it."),
    ],
)
def test_the_banner_is_honest(facts, said):
    lines = [f"{heading} {line}" for heading, line in page_one.banner(specimen(**facts))]
    assert lines[0] == "Made up. The region, its organisations and every number in this report are made up."
    assert lines[1].startswith(said)
    assert lines[1].endswith("Figures as they stood on 29 July 2026.")


def test_a_real_region_is_not_called_made_up():
    real = [{**row, "is_made_up": False} for row in rows()["pub_organisations"]]
    assert [heading for heading, _ in page_one.banner(with_rows(pub_organisations=real))] == ["Draft."]


def test_an_edition_without_any_rows_says_so_and_counts_nothing():
    page = Page(render(edition(FACTS, {})))
    assert page.figures == []
    said = page.within("page-one")
    assert "This draft has not been shared with the network." in said
    assert "No evidence" in said or "no evidence" in said
    assert not re.search(r"\b(0|none|no) of\b", said)


def test_silence_is_never_told_as_good_news():
    silent = {answer.key: str(answer.said).lower() for answer in page_one.answers(edition(FACTS, {}))}
    assert "nothing was declined" not in silent["refused"]
    assert "nobody" not in silent["waiting"]
    assert "no changes promised" not in silent["promised"]
    assert "no organisation" not in silent["worse"]


def test_a_real_nought_is_told_as_one():
    none = [
        {**row, "value": 0.0}
        if row["measure_code"] in ("declined_with_reason",) or row["measure_code"].startswith("promises")
        else row
        for row in rows()["pub_figures"]
    ]
    told = {
        answer.key: str(answer.said)
        for answer in page_one.answers(
            with_rows(
                pub_figures=none,
                pub_changes=[],
                pub_inputs=[{**row, "is_waiting": False} for row in rows()["pub_inputs"]],
            )
        )
    }
    assert told["refused"].startswith("Nothing was declined or put off this quarter.")
    assert told["promised"].startswith("No changes promised for this quarter. Overdue in all: 0.")
    assert told["waiting"].startswith("Nobody who wanted a reply is waiting to hear.")


def test_organisations_stand_in_alphabetical_order_whatever_their_codes():
    turned = [
        {**row, "organisation_name": name}
        for row, name in zip(rows()["pub_organisations"], ("Zeal", "Amber", "Moss"), strict=True)
    ]
    assert [row["organisation_name"] for row, _ in chain.chain(with_rows(pub_organisations=turned))] == [
        "Amber",
        "Moss",
        "Zeal",
    ]


def test_words_that_nobody_has_checked_are_not_printed(page):
    assert "Wording not yet checked" in page.within("chain")


def test_waiting_is_said_kindly_and_missing_is_never_red(page, html):
    assert "Waiting to hear" in page.within("chain")
    for word in ("Failed", "RAG", "Non-compliant", "Score:"):
        assert word not in html
    missing = re.search(r"\.state-missing[^{]*\{([^}]*)\}", html)[1]
    assert missing.strip() == "color: var(--quiet);"


def test_a_small_group_gets_no_percentage(made_up):
    assert str(tables.measured(made_up, "influence", "QX2")) == "2 of 7"
    assert str(tables.measured(made_up, "influence", "QX1")) == "38% (9 of 24)"
    assert str(tables.measured(made_up, "new_voices", "QX2")) == "too few to print"
    assert str(tables.measured(made_up, "new_voices", "QX3")).endswith("(declared)")


def test_three_changes_come_from_three_organisations_before_one_has_two(made_up):
    chosen = [one.change["organisation_code"] for one in page_one.three_that_changed(made_up)]
    assert sorted(chosen) == ["QX1", "QX2", "QX3"]


def test_a_change_that_nobody_else_checked_is_no_news(made_up):
    assert all(one.change["is_influence"] for one in page_one.three_that_changed(made_up))


def test_bad_news_about_a_change_comes_before_good_news(made_up):
    change = made_up.changes[0]
    good, bad = (
        {**made_up.effects[0], "measure_code": code, "verdict": verdict}
        for code, verdict in (("a", "improved"), ("b", "worsened"))
    )
    told = page_one.effects_of(with_rows(pub_effects=[good, bad]), change)
    assert [row["verdict"] for row in told] == ["worsened", "improved"]


def test_a_chart_that_may_not_be_drawn_is_told_in_words(made_up):
    drawn = {chart.key: chart for chart in series.series_charts(made_up, tables.RESTRICTIVE)}
    hidden = drawn["chart-restrictive-interventions-qx1-s-2"]
    assert hidden.drawing is None
    assert str(hidden.title).startswith("Egret ward, restrictive interventions: the latest month is within what chance")
    assert "too small to print" in str(hidden.described)


def test_every_state_of_a_return_has_its_own_sign():
    signs = list(tables.COVERAGE.values())
    assert len(signs) == len(set(signs))


def test_a_suggested_value_is_never_called_agreed(made_up):
    suggested = next(row for row in made_up.measures if row["threshold_words"])
    assert str(tables.against(suggested)).endswith("(suggested value, not agreed here).")


def test_a_figure_of_a_later_warehouse_may_have_columns_this_version_does_not_know():
    found = [{**row, "a_new_column": 1} for row in rows()["pub_figures"]]
    assert isinstance(next(iter(with_rows(pub_figures=found).figures.values())), Figure)


def test_the_sections_stand_in_the_order_that_the_contents_tell():
    page = render(specimen())
    listed = re.findall(r'<li><a href="#([a-z-]+)">', page.partition('id="contents-title"')[2].partition("</nav>")[0])
    # The specimen has nothing to tell of experience.
    assert listed == [one.key for one in sections.IN_ORDER if one is not sections.EXPERIENCE]
    assert re.findall(r'<section class="section within" id="([a-z-]+)"', page) == listed
