"""How things stand, in a real browser: for people who cannot see it, on a phone, in the dark, and offline."""

import pytest

from loaders.status.page import page
from loaders.status.standing import Standing
from tests.browser.looking import barriers
from tests.standings import EVERYTHING, WEDNESDAY

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, tmp_path):
    def open_at(standing: Standing, width: int, **how):
        (tmp_path / "status.html").write_text(page(standing), encoding="utf-8")
        shown = browser.new_page(viewport={"width": width, "height": 900}, offline=True, **how)
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto((tmp_path / "status.html").as_uri())
        return shown, asked

    return open_at


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("standing", [EVERYTHING, Standing(WEDNESDAY)], ids=["everything", "nothing"])
@pytest.mark.parametrize("width", [320, 1280])
def test_there_is_no_barrier_that_a_machine_can_find(opened, standing, width, scheme):
    shown, asked = opened(standing, width, color_scheme=scheme)
    assert barriers(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert len(asked) == 1


def test_each_table_is_reached_by_the_keyboard_and_says_what_it_is(opened):
    shown, _ = opened(EVERYTHING, 320)
    named = []
    for _ in range(shown.locator(".scrolls").count()):
        shown.keyboard.press("Tab")
        named.append(shown.evaluate("document.activeElement.querySelector('caption').textContent"))
    assert named == [
        "Late: 1 delivery", "Files by feed", "Rows set aside by record and rule",
        "Files with faults that senders were told of",
    ]  # fmt: skip
