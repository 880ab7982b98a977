"""The plain summary in a real browser: big type, on a phone, in the dark, on eight sheets of paper at most."""

import re

import pytest

from report.plain_summary import render
from report.specimen import specimen
from tests.browser.looking import barriers

pytestmark = pytest.mark.browser

SIXTEEN_POINTS = 16 / 72 * 96
SMALLEST = """
() => Math.min(...[...document.querySelectorAll('body *')]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(one => one.getClientRects().length)
    .map(one => parseFloat(getComputedStyle(one).fontSize)))
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    written = tmp_path_factory.mktemp("plain") / "plain-summary.html"
    written.write_bytes(render(specimen()))
    return written.as_uri()


@pytest.fixture
def opened(browser, address):
    contexts = []

    def open_at(width, **how):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **how)
        contexts.append(context)
        page = context.new_page()
        page.asked_for = []
        page.on("request", lambda request: page.asked_for.append(request.url))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_there_is_no_barrier_that_a_machine_can_find(opened, width, scheme):
    assert barriers(opened(width, color_scheme=scheme)) == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_never_scrolls_sideways_and_asks_for_nothing(opened, width, address):
    page = opened(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.asked_for == [address]


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_letter_is_smaller_than_sixteen_points(opened, width, media):
    page = opened(width)
    page.emulate_media(media=media)
    assert page.evaluate(SMALLEST) >= SIXTEEN_POINTS - 0.01


def test_a_picture_stands_left_of_each_sentence(opened):
    page = opened(320)
    rows = page.locator("main li").all()
    assert len(rows) > 30
    for row in rows:
        picture, words = row.locator("svg").bounding_box(), row.locator("p").bounding_box()
        assert picture["width"] > 30
        assert picture["x"] + picture["width"] <= words["x"]


def test_it_prints_on_eight_sheets_at_most(opened):
    printed = opened(800).pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    assert 3 < sheets <= 8
