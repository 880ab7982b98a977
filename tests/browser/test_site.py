"""The site in a real browser: for people who cannot see it, on a phone, by keyboard, and without a server."""

import functools
import itertools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from assure import placing, site
from tests.browser.looking import barriers, leave_first_rows
from warehouse.paths import ROOT

pytestmark = pytest.mark.browser

OURS = (
    "index.html",
    "editions/2026-27-Q1-ZWL-1/index.html",
    "coverage/index.html",
    "docs/for_readers.html",
    "docs/generated/rulebook.html",
    "great_expectations/index.html",
    "great_expectations/incident.html",
)


@pytest.fixture(scope="module")
def folder(loaded_region, tmp_path_factory):
    """The site of the loaded region, as a folder on disk."""
    place = tmp_path_factory.mktemp("served") / "site"
    placing.put(site.files(), place)
    return place


@pytest.fixture
def opened(browser, folder):
    """Open a page of the site; what it asks for is remembered in `page.asked_for`."""
    contexts = []

    def open_at(path: str, width: int = 1280, **how):
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.asked_for = []
        page.on("request", lambda request: page.asked_for.append(request.url))
        page.goto((folder / path).as_uri())
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def served(folder) -> Iterator[str]:
    """The address of the site behind a web server that sends the headers of the compose file's."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    headers = re.findall(
        r"^\s*add_header (\S+) \"?(.*?)\"? always;$", compose["configs"]["site"]["content"], re.MULTILINE
    )
    assert "Content-Security-Policy" in dict(headers)

    class Server(SimpleHTTPRequestHandler):
        def end_headers(self):
            for name, value in headers:
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "light"), (1280, "dark")])
def test_there_is_no_barrier_that_a_machine_can_find(opened, width, scheme):
    for path in OURS:
        page = opened(path, width, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        leave_first_rows(page)
        assert barriers(page) == [], path


def test_a_page_asks_for_itself_and_the_style_sheet(opened, folder):
    for path in OURS:
        assert opened(path).asked_for == [(folder / path).as_uri(), (folder / "style.css").as_uri()]


def test_the_page_of_the_models_asks_for_nothing_but_itself(opened, folder):
    page = opened("dbt/index.html")
    page.get_by_text("The models of the warehouse").wait_for()
    page.goto(f"{(folder / 'dbt/index.html').as_uri()}#!/model/model.assure.fct_inputs")
    page.get_by_text("Every thing said, with what came of it").wait_for()
    assert set(page.asked_for) == {(folder / "dbt/index.html").as_uri()}


def test_from_the_first_page_the_keyboard_reaches_the_latest_report(opened):
    page = opened("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the main part"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Read the report for")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report.html")
    assert page.locator("h1").inner_text() == "Co-production assurance report"


def test_every_page_says_its_language_has_one_first_heading_and_leaves_no_level_out(opened):
    for path in OURS:
        page = opened(path)
        assert page.evaluate("document.documentElement.lang") == "en-GB"
        assert page.locator("h1").count() == 1, path
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
        assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels)), path


def test_the_first_page_shows_the_latest_report_before_one_scrolls_on_a_phone_too(opened):
    for width in (320, 1280):
        page = opened("index.html", width)
        box = page.get_by_role("link", name="Read the report for").bounding_box()
        assert box["y"] + box["height"] <= 900


def test_behind_the_web_server_nothing_that_a_page_needs_is_refused_or_missing(browser, served):
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    page.on("request", lambda request: refused.append(request.url) if not request.url.startswith(served) else None)
    for path in (*OURS, "editions/2026-27-Q1-ZWL-1/report.html"):
        page.goto(f"{served}/{path}")
    page.goto(f"{served}/dbt/index.html#!/model/model.assure.fct_inputs")
    page.get_by_text("Every thing said, with what came of it").wait_for()
    # What a browser asks every server for, whatever the page says.
    assert [one for one in refused if not one.endswith("/favicon.ico") and "404" not in one] == []
    page.close()
