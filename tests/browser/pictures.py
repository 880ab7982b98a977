"""Write the pictures of the demo's report that the README shows: `python -m tests.browser.pictures report.html`."""

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

# Milliseconds: a long report on a busy machine.
PATIENCE = 180_000
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def write(report: Path, pictures: Path = PICTURES) -> list[Path]:
    """Open a report as a file and keep what README.md shows of it; return what was written."""
    import os
    import shutil

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )

        def opened(width: int, height: int, scale: int = 1) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=scale, reduced_motion="reduce", offline=True,
            )  # fmt: skip
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(report.resolve().as_uri())
            return page

        pictures.mkdir(parents=True, exist_ok=True)
        written = [pictures / f"{name}.png" for name in ("page_one", "chart", "chain_on_a_phone")]
        page = opened(1280, 1200)
        chart = page.locator("#restrictive figure:has(svg)").first
        chart.evaluate("one => one.scrollIntoView({block: 'center'})")
        box = chart.bounding_box()
        around = {"x": box["x"] - 16, "y": box["y"] - 16, "width": box["width"] + 32, "height": box["height"] + 32}
        page.screenshot(path=written[1], clip=around)
        page.evaluate("scrollTo(0, 0)")
        one = page.locator("#page-one").bounding_box()
        page.screenshot(path=written[0], clip={"x": 0, "y": 0, "width": 1280, "height": one["y"] + one["height"]})
        phone = opened(390, 780, scale=2)
        phone.locator("#chain .group").first.evaluate("one => one.scrollIntoView()")
        phone.screenshot(path=written[2])
        chromium.close()
    return written


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("report", type=Path, help="the demo's report, such as `assure demo` names in its last line")
    for path in write(asked.parse_args().report):
        print(path)
