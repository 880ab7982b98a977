"""What a sender is told, in a real browser: for people who cannot see it, on a phone, and offline."""

import datetime as dt

import pytest

from loaders.replies.gathering import Fault, FileReply, Reply
from loaders.replies.pages import page
from tests.browser.looking import barriers

pytestmark = pytest.mark.browser

FAULTS = (
    Fault("FILE-COLUMN", "refuse", "a column that is needed is missing", "put it back", None, "When", 0),
    Fault("INC-001", "set_aside", "reported before it happened", "correct the date", "Wards", "When", 30, (2, 3, 4, 9)),
)
ATTACK = "<script>alert(1)</script>{{ 7 * 7 }}"


@pytest.fixture
def opened(browser, tmp_path):
    files = tuple(
        FileReply(number, "incidents", name, outcome, dt.date(2026, 7, 10), 412, 400, 12, 0, faults)
        for number, (name, outcome, faults) in enumerate(
            [("incidents_2026-06.csv", "refused", FAULTS), ("a.csv", "accepted", ()), (ATTACK, "held", FAULTS)]
        )
    )
    as_of = dt.datetime(2026, 7, 29, 6, 30, tzinfo=dt.UTC)
    reply = Reply("ZX1", "Made-up trust", "Made-up board", as_of, None, files)
    (tmp_path / "reply.html").write_text(page(reply), encoding="utf-8")

    def open_at(width: int):
        shown = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto((tmp_path / "reply.html").as_uri())
        return shown, asked

    return open_at


@pytest.mark.parametrize("width", [320, 1280])
def test_there_is_no_barrier_that_a_machine_can_find(opened, width):
    shown, _ = opened(width)
    assert barriers(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_it_needs_nothing_else_and_a_file_may_be_called_anything(opened):
    shown, asked = opened(1280)
    assert len(asked) == 1
    assert shown.locator("script").count() == 0
    assert ATTACK in shown.inner_text("main")
