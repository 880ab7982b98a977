"""A stranger reads the report: finds answers, chooses what to see, opens a chart's data, follows a figure."""

import itertools
import re

import pytest

from tests.browser.looking import CONTROLS, barriers, empty_and_silent

pytestmark = pytest.mark.browser

STILL = {"reduced_motion": "reduce"}


def visible(page, selector):
    return [one for one in page.locator(selector).all() if one.is_visible()]


def tab_to(page, selector):
    """Press Tab until the element is reached; a reader without a mouse has no other way."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no number of tabs reaches {selector}")


@pytest.mark.parametrize(
    ("question", "section", "answer"),
    [
        ("What changed this quarter", "because", "Every waiting letter was rewritten with members"),
        ("Which requests were declined", "declined", "Building five kitchens is not affordable this year."),
        ("Whose claim stands above", "claims", "is said to stand at co-design. Its records show consultation"),
        ("Is restraint falling", "restrictive", "Heron ward, restrictive interventions: the latest month is part of"),
        ("Who is missing from the room", "room", "these records cannot say who stayed away"),
        ("How much of this rests on incomplete data", "data", "Not received"),
    ],
)
def test_a_stranger_finds_the_answer_in_one_click(opened, question, section, answer):
    page = opened(**STILL)
    page.locator(".questions > div").filter(has_text=question).locator("a").click()
    assert page.evaluate("location.hash") == f"#{section}"
    assert page.locator(f"#{section} h2").first.bounding_box()["y"] < 200
    assert page.locator(f"#{section}").get_by_text(answer).first.is_visible()


def test_what_was_declined_leads_to_what_became_of_it(opened):
    page = opened(**STILL)
    page.get_by_role("link", name="Every ward should have its own kitchen.").click()
    line = page.locator("tr:target")
    assert "Told on 6 May 2026" in line.inner_text()


def test_a_chart_s_data_opens_by_keyboard(opened):
    page = opened()
    details = page.locator("figure details.numbers").first
    cell = details.locator("td").first
    assert not cell.is_visible()
    tab_to(page, "figure details.numbers summary")
    page.keyboard.press("Enter")
    assert cell.is_visible()
    assert re.search(r"\d", cell.inner_text())
    heads = [head.inner_text() for head in details.locator("thead th").all()]
    assert heads == ["Days since it was said", "Told by then", "Likely at least", "Likely at most"]


def test_a_figure_is_followed_to_its_definition_and_its_row(opened):
    page = opened(**STILL)
    table = page.locator("#influence table")
    name = table.locator("tbody th a").first
    measure = name.inner_text()
    name.click()
    assert measure in page.locator(":target").inner_text()

    shown = page.locator("#influence tbody .figure").first
    figure_id = shown.get_attribute("data-figure")
    said = "one => getComputedStyle(one, '::after').content"
    assert shown.evaluate(said) == "none"
    tab_to(page, "#show-ids")
    page.keyboard.press("Space")
    assert figure_id in shown.evaluate(said)

    source = page.locator("#influence details.source")
    source.locator("summary").focus()
    page.keyboard.press("Enter")
    query = source.locator(".query").inner_text()
    assert query.startswith("select * from published.pub_figures where edition_id = '2026-27-Q1/QXX/1'")
    assert figure_id.partition(".")[0] in query


def test_whose_rows_to_see_is_chosen_by_keyboard_alone(opened):
    page = opened()
    region = [cell.inner_text() for cell in page.locator("#influence tbody td:last-child").all()]
    first_page = page.locator("#page-one").inner_text()
    tab_to(page, "#from")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.getElementById('from').selectedOptions[0].label")
    assert name == "Old Quay Trust (made up)"

    for section in ("#chain", "#to-put-right"):
        assert [one.inner_text() for one in visible(page, f"{section} h3")] == [name]
    assert [one.inner_text() for one in visible(page, "#influence thead th")] == ["Measure", name, "The region"]
    assert [cell.inner_text() for cell in page.locator("#influence tbody td:last-child").all()] == region
    assert page.locator("#page-one").inner_text() == first_page
    assert [one.get_attribute("data-from") for one in visible(page, "figure[data-from]")] == ["o1"] * 2

    tab_to(page, ".choose button")
    page.keyboard.press("Enter")
    assert len(visible(page, "#chain h3")) == 3
    assert visible(page, ".nothing-here") == []


def test_a_theme_is_chosen_and_who_has_nothing_about_it_is_said_to_have_nothing(opened):
    page = opened()
    page.select_option("#about", label="Food and drink")
    assert [one.locator("th").inner_text().splitlines()[0] for one in visible(page, "#chain tbody tr")] == [
        "4 March 2026"
    ]
    assert [one.locator("th").inner_text() for one in visible(page, "#declined tr[data-about]")] == [
        "Every ward should have its own kitchen."
    ]
    page.select_option("#from", label="The Tea Hut (made-up charity)")
    assert visible(page, "#chain tbody tr") == []
    said = [one.inner_text() for one in visible(page, "#chain .nothing-here")]
    assert said == ["Nothing here from The Tea Hut (made-up charity) about Food and drink in this edition."]
    page.select_option("#about", label="every theme")
    assert len(visible(page, "#chain tbody tr")) == 1
    charts = [one.inner_text() for one in visible(page, "#restrictive .nothing-here")]
    assert charts == ["Nothing here from The Tea Hut (made-up charity) in this edition."]


def test_each_single_choice_leaves_what_it_promises_or_says_that_nothing_is_there(opened):
    """For every sender and theme together: no part of the page is left standing empty and silent."""
    page = opened()
    choices = page.evaluate(
        "['from', 'about'].map(one => [...document.getElementById(one).options].map(option => option.value))"
    )
    for sender, theme in itertools.product(*choices):
        page.select_option("#from", sender)
        page.select_option("#about", theme)
        assert empty_and_silent(page) == [], (sender, theme)


def test_paper_shows_what_was_chosen_and_says_that_it_is_not_the_whole(opened):
    page = opened()
    warning = page.locator(".choice-said")
    page.emulate_media(media="print")
    assert not warning.is_visible()
    assert not page.locator(".choose").is_visible()
    page.emulate_media(media="screen")
    page.select_option("#from", label="The Tea Hut (made-up charity)")
    assert not warning.is_visible()
    page.emulate_media(media="print")
    assert (
        "Not the whole report. What follows was chosen: only from The Tea Hut (made-up charity)."
        in warning.inner_text()
    )
    assert [one.inner_text() for one in visible(page, "#chain h3")] == ["The Tea Hut (made-up charity)"]


def test_a_chosen_page_has_no_barriers_either(opened):
    page = opened(375)
    page.select_option("#from", label="Old Quay Trust (made up)")
    page.check("#show-ids")
    assert barriers(page, *CONTROLS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_provider_s_unmet_expectation_leads_to_its_figures_its_measure_and_the_rows_behind_them(opened):
    page = opened(**STILL)
    provider = "Gullwing Mental Health Trust (made up)"
    page.get_by_role("link", name="Annex: how to read this report").click()
    matrix = page.locator("table.matrix")
    # The first head is that of the expectations, which stand in row heads.
    column = [head.inner_text() for head in matrix.locator("thead th").all()].index(provider) - 1
    unmet = [
        row for row in matrix.locator("tbody tr").all() if "Not met yet" in row.locator("td").nth(column).inner_text()
    ]
    assert [row.locator("th a").inner_text() for row in unmet] == ["E04"]
    unmet[0].locator("th a").click()
    details = page.locator("#expectation-E04 + details")
    assert 0 <= details.bounding_box()["y"] < page.viewport_size["height"]
    details.locator("summary").first.click()
    line = details.locator("tbody tr").filter(has_text=provider)
    assert "Not met yet" in line.inner_text()
    assert [figure.inner_text() for figure in line.locator("data.figure").all()] == ["68%", "88"]
    line.get_by_role("link", name="each thing said").click()
    assert provider in page.locator(":target").inner_text()
    details.locator("summary").first.scroll_into_view_if_needed()
    line.get_by_role("link", name="Told what happened within 90 days").click()
    assert page.locator(":target").is_visible()
    assert page.evaluate("location.hash") == "#measure-told_back_within_90_days"
