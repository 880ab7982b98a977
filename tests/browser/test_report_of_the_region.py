"""The made-up region's stored report in a real browser, at its full length: it keeps what the small one does."""

import re

import pytest

from tests.browser.looking import CONTROLS, barriers, cut_off, empty_and_silent, leave_first_rows, small_targets
from tests.truth.published import EDITION
from warehouse import connection

pytestmark = pytest.mark.browser

A_MINUTE_S_DOWNLOAD = 3_000_000


@pytest.fixture(scope="module")
def stored(loaded_region) -> str:
    from report import publication

    return publication.content(EDITION).decode("utf-8")


@pytest.fixture(scope="module")
def report_url(stored, tmp_path_factory):
    written = tmp_path_factory.mktemp("region") / "report.html"
    written.write_text(stored, encoding="utf-8")
    return written.as_uri()


def test_there_is_no_barrier_that_a_machine_can_find(opened):
    """Of each table its first rows; the small report is looked at whole."""
    page = opened(1280, color_scheme="dark")
    leave_first_rows(page)
    assert barriers(page, *CONTROLS) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_it_never_scrolls_sideways_and_what_can_be_pressed_is_large_enough_to_hit(opened, width):
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert small_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_small_enough_to_send(stored):
    assert len(stored.encode("utf-8")) < A_MINUTE_S_DOWNLOAD


def test_page_one_is_one_screen_and_one_sheet_and_nothing_is_cut_off_on_paper(opened):
    ends = "document.getElementById('page-one').getBoundingClientRect().bottom"
    assert opened().evaluate(ends) <= 1400
    page = opened(width=687)
    page.emulate_media(media="print")
    assert page.evaluate(ends) <= 1016
    assert cut_off(page) == []


@pytest.mark.parametrize(
    ("question", "section", "answer"),
    [
        ("What changed this quarter", "because", "Every appointment and waiting letter"),
        ("Which requests were declined", "declined", "The involvement budget is spent for this year."),
        ("Whose claim stands above", "claims", "Fewer than half of the members whom their network asked say so."),
        (
            "Whose claim stands above",
            "claims",
            "a piece of work is said to stand at co-design. Its records show engagement",
        ),
        (
            "Is restraint falling",
            "restrictive",
            "Alder ward, restrictive interventions: the latest month is part of a signal",
        ),
        ("Who is missing from the room", "room", "these records cannot say who stayed away"),
        ("How much of this rests on incomplete data", "data", "Not received"),
    ],
)
def test_a_stranger_finds_the_answer_in_one_click(opened, question, section, answer):
    page = opened(reduced_motion="reduce")
    page.locator(".questions > div").filter(has_text=question).locator("a").click()
    assert page.evaluate("location.hash") == f"#{section}"
    assert page.locator(f"#{section}").get_by_text(answer).first.is_visible()


def test_each_thing_declined_is_one_of_those_counted(opened, loaded_region):
    page = opened()
    listed = page.locator("#declined tr[data-about]").count()
    with connection.connect("reporter") as report, report.cursor() as cursor:
        cursor.execute(
            "select value from published.pub_figures where edition_id = %s and measure_code = 'declined_with_reason'"
            " and statistic = 'denominator' and organisation_code = 'ALL'",
            (EDITION,),
        )
        assert {value for (value,) in cursor} == {listed}


def test_the_queries_that_stand_on_the_page_give_the_numbers_above_them(opened, loaded_region):
    """Each is asked as an analyst asks it; what it returns holds every number of the table or chart it stands under."""
    page = opened()
    told = page.evaluate(
        """() => [...document.querySelectorAll('details.source')].map(source => {
            const of = source.closest('figure, .group, section > div') || source.parentElement;
            const table = source.parentElement.querySelector('table');
            return [source.querySelector('.query').textContent,
                [...(table ? table.querySelectorAll('.figure') : [])].map(one => [one.dataset.figure, one.value])];
        })"""
    )
    asked = [(query, dict(figures)) for query, figures in told if "pub_figures" in query]
    assert len(asked) > 30
    with connection.connect("analyst") as analysts, analysts.cursor() as cursor:
        for query, figures in asked:
            assert re.fullmatch(r"select \* from published\.pub_figures where [^;]+;", query)
            cursor.execute(query)
            names = [column.name for column in cursor.description]
            found = {row[names.index("figure_id")]: row[names.index("value")] for row in cursor.fetchall()}
            printed = {one: "" if found[one] is None else f"{found[one]:.10g}" for one in figures}
            assert printed == figures, query


def test_a_choice_is_obeyed_at_once_and_leaves_nothing_empty_and_silent(opened):
    page = opened()
    page.select_option("#from", label="The Lantern Room (made-up charity)")
    page.select_option("#about", label="Crisis care")
    assert empty_and_silent(page) == []
