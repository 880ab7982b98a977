"""A real browser for the browser tests: chromium on PATH. Without it CI fails; elsewhere they are left out aloud."""

import os
import shutil

import pytest

from report.html import render
from report.specimen import specimen

REMEDY = "no chromium on PATH: apt-get install -y chromium"


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs chromium on PATH")


def _is_left_out() -> bool:
    """Say whether the browser tests are left out: there is no chromium, and this is not CI, which installs one."""
    return shutil.which("chromium") is None and not os.environ.get("CI")


def pytest_report_header() -> str | None:
    return f"browser tests left out: {REMEDY}" if _is_left_out() else None


def pytest_collection_modifyitems(config, items):
    if not _is_left_out():
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if not item.get_closest_marker("browser")]
    config.hook.pytest_deselected(items=left_out)


# Playwright keeps an event loop running for as long as this lives, and other modules' tests run loops of their own.
@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail(REMEDY)
    # Chromium refuses its sandbox to root.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="session")
def report_url(tmp_path_factory):
    """The made-up edition as a file, the way a reader without a connection opens it."""
    written = tmp_path_factory.mktemp("report") / "report.html"
    written.write_text(render(specimen()), encoding="utf-8")
    return written.as_uri()


@pytest.fixture
def opened(browser, report_url):
    """Open the report at a width and in a colour scheme; everything it asks for is remembered in `page.asked_for`."""
    contexts = []

    def open_at(width=1280, height=1400, **how):
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **how)
        # A long report on a busy machine takes its time.
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.asked_for = []
        page.on("request", lambda request: page.asked_for.append(request.url))
        page.goto(report_url)
        return page

    yield open_at
    for context in contexts:
        context.close()
